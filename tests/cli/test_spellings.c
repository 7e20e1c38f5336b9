/* SPDX-License-Identifier: MIT
 *
 * --memory-limit, which the program parses, and VKC_MEMORY_LIMIT, which the library parses, accept
 * the same spellings and give the same numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/numbers.h"
#include "vulkan_compute.h"

/* The number that the library reads from the text; false if the library rejects it. */
static bool library_reads(const char *text, uint64_t *bytes)
{
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	VkComputeContext *context;

	setenv("VKC_MEMORY_LIMIT", text, 1);
	context = vkc_init();
	if (context && vkc_get_device_info(context, &info) != VKC_SUCCESS)
		fail_msg("%s", vkc_last_error(context));
	vkc_destroy(context);
	*bytes = info.memory_limit;
	return context != NULL;
}

static void test_spellings(void **state)
{
	static const char *const good[] = {
		"1",
		"300000000",
		"007",
		"512K",
		"512k",
		"300M",
		"300m",
		"2G",
		"2g",
		"1T",
		"1t",
		"18446744073709551615",
		"16777215T",
		"18014398509481983K",
	};
	static const char *const wrong[] = {
		"0",
		"0K",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1.5G",
		"1e9",
		"0x10",
		"K",
		"lots",
		"1P",
		"1KB",
		"1GB",
		"1KK",
		"1Kib",
		"2GiB",
		"1,000",
		"1_0",
		"1K ",
		"16777216T",
		"18014398509481984K",
		"18446744073709551616",
		"99999999999999999999G",
	};
	uint64_t program, library;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!parse_bytes(good[i], &program) || !library_reads(good[i], &library) ||
		    program != library)
			fail_msg("the program and the library read '%s' differently", good[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (parse_bytes(wrong[i], &program) || library_reads(wrong[i], &library))
			fail_msg("'%s' is accepted", wrong[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_spellings)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
