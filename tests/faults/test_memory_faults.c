/* SPDX-License-Identifier: MIT
 *
 * Every allocation of the library fails in turn.
 */
#include "support.h"

#include <stdio.h>

#include "allocator.h"
#include "layer_client.h"
#include "script.h"

static const struct vkc_test_layer_api *layer;
static int64_t live_before;

static void arm(uint64_t first, uint64_t count)
{
	layer->reset();
	live_before = allocator_live();
	allocator_arm(first, count);
}

static bool is_right(VkcResult result, bool starting)
{
	(void)starting;
	return result == VKC_ERROR_OUT_OF_HOST_MEMORY;
}

static void check_clean(const char *when)
{
	layer_check_clean(layer, when);
	if (allocator_live() != live_before)
		fail_msg("%s: %lld blocks of memory are not freed", when,
		         (long long)(allocator_live() - live_before));
}

static const struct script_mode modes[] = {
	{.name = "plain"},
	{.name = "no matrix", .tuning = "matrix=0"},
	{.name = "no matrix, bounded", .tuning = "matrix=0,bounded=1"},
	{.name = "threads", .tuning = "threads=4"},
};

static const struct fault_source source = {.name = "out of memory",
                                           .arm = arm,
                                           .disarm = allocator_disarm,
                                           .faults = allocator_faults,
                                           .fault_name = allocator_fault_name,
                                           .is_right = is_right,
                                           .check_clean = check_clean};

static void survive(uint64_t step, uint64_t count, const char *name)
{
	struct script_counts counts = {0};

	if (!allocator_available()) {
		printf("Skipped: a sanitizer has its own allocator.\n");
		skip();
	}
	script_prepare();
	for (size_t i = 0; i < COUNT(modes); i++)
		script_survive(&modes[i], &source, step, count, &counts);
	printf("faults survived: memory%s: %llu (%llu reported, %llu absorbed)\n", name,
	       (unsigned long long)counts.faults, (unsigned long long)counts.reported,
	       (unsigned long long)counts.absorbed);
	assert_true(counts.faults > 0);
}

static void test_every_allocation_fails_once(void **state)
{
	(void)state;
	survive(1, 1, "");
}

static void test_allocations_keep_failing(void **state)
{
	(void)state;
	survive(7, 0, ", lasting");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation_fails_once),
		cmocka_unit_test(test_allocations_keep_failing),
	};
	int failed;

	layer = layer_open();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	script_release();
	return failed;
}
