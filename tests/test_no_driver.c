/* SPDX-License-Identifier: MIT
 *
 * A machine without a Vulkan driver: one clear sentence, from a loader that is
 * pointed at nothing.
 */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdlib.h>

#include "sentence.h"

static void test_no_driver(void **state)
{
	VkComputeContext *ctx = NULL;

	(void)state;
	check_sentence(NULL, vkc_init_with_options(NULL, &ctx), VKC_ERROR_NO_DEVICE,
	               "vkc_init_with_options",
	               (const char *[]){"Vulkan", "mesa-vulkan-drivers", NULL});
	assert_null(ctx);
	assert_null(vkc_init());
	check_words(vkc_last_error(NULL), "vkc_init",
	            (const char *[]){"mesa-vulkan-drivers", NULL});
}

static void test_no_devices(void **state)
{
	uint32_t count = 77;

	(void)state;
	refused(NULL, vkc_list_devices(NULL, NULL), "count", "NULL");
	succeed(NULL, vkc_list_devices(&count, NULL));
	assert_int_equal(count, 0);
	/* That there is none is no failure: the last one was another. */
	check_words(vkc_last_error(NULL), "vkc_list_devices", (const char *[]){"count", NULL});
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_driver),
		cmocka_unit_test(test_no_devices),
	};

	/* The second name is that of loaders before 1.3.207. */
	setenv("VK_DRIVER_FILES", "/nonexistent/driver.json", 1);
	setenv("VK_ICD_FILENAMES", "/nonexistent/driver.json", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
