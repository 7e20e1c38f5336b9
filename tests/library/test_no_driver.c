/* SPDX-License-Identifier: MIT
 *
 * A machine without a Vulkan driver, simulated by a loader that is pointed at nothing, gives one
 * clear message.
 */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdlib.h>
#include <string.h>

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

static void check_init(const char *const *words)
{
	assert_null(vkc_init());
	check_words(vkc_last_error(NULL), "vkc_init", words);
}

/* The machine may have a driver: the message names the variable that hides it, with its value. */
static void test_variables_that_hide_drivers(void **state)
{
	char long_value[3000];

	(void)state;
	check_init((const char *[]){"VK_DRIVER_FILES='/nonexistent/driver.json'", "unset",
	                            "VK_ICD_FILENAMES='/nonexistent/driver.json'", NULL});
	unsetenv("VK_DRIVER_FILES");
	check_init((const char *[]){"(VK_ICD_FILENAMES='/nonexistent/driver.json')", NULL});
	setenv("VK_LOADER_DRIVERS_DISABLE", "*", 1);
	setenv("VK_LOADER_DRIVERS_SELECT", "none*", 1);
	check_init((const char *[]){"VK_LOADER_DRIVERS_DISABLE='*'",
	                            "VK_LOADER_DRIVERS_SELECT='none*'", NULL});
	unsetenv("VK_LOADER_DRIVERS_DISABLE");
	unsetenv("VK_LOADER_DRIVERS_SELECT");
	/* The message stays complete however long the value is. */
	memset(long_value, 'x', sizeof(long_value));
	long_value[sizeof(long_value) - 1] = '\0';
	setenv("VK_DRIVER_FILES", long_value, 1);
	check_init((const char *[]){"VK_DRIVER_FILES='xxx", "xxx…)", "vulkaninfo.", NULL});
	setenv("VK_DRIVER_FILES", "/nonexistent/driver.json", 1);
}

static void test_no_devices(void **state)
{
	uint32_t count = 77;

	(void)state;
	refused(NULL, vkc_list_devices(NULL, NULL), "count", "NULL");
	succeed(NULL, vkc_list_devices(&count, NULL));
	assert_int_equal(count, 0);
	/* An empty list of devices is not an error, so the last error is an earlier one. */
	check_words(vkc_last_error(NULL), "vkc_list_devices", (const char *[]){"count", NULL});
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_driver),
		cmocka_unit_test(test_no_devices),
		cmocka_unit_test(test_variables_that_hide_drivers),
	};

	/* Loaders before 1.3.207 use the second name. */
	setenv("VK_DRIVER_FILES", "/nonexistent/driver.json", 1);
	setenv("VK_ICD_FILENAMES", "/nonexistent/driver.json", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
