/* SPDX-License-Identifier: MIT
 *
 * Every Vulkan call of the script fails in turn, with each result that the specification allows.
 * Arguments: the kind of fault, one of `kinds`, and a mode, one of `modes`.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer_client.h"
#include "script.h"

static const char *const kinds[VKC_TEST_FAULT_KINDS] = {
	"out-of-host-memory", "out-of-device-memory", "device-lost",
	"initialization-failed", "timeout", "other"};

static const struct vkc_test_layer_api *layer;
static enum vkc_test_fault kind;

static void arm(uint64_t first, uint64_t count)
{
	layer->reset();
	layer->arm(kind, first, count);
}

/* The result that reports an exhausted resource other than memory; 0 for other calls. */
static VkcResult running_out(const char *call)
{
	if (strcmp(call, "vkAllocateMemory") == 0 || strcmp(call, "vkCreateDevice") == 0 ||
	    strcmp(call, "vkAllocateDescriptorSets") == 0)
		return VKC_ERROR_OUT_OF_DEVICE_MEMORY;
	return strcmp(call, "vkMapMemory") == 0 ? VKC_ERROR_OUT_OF_HOST_MEMORY : VKC_SUCCESS;
}

static bool is_right(VkcResult result, bool starting)
{
	switch (kind) {
	case VKC_TEST_OUT_OF_HOST_MEMORY:
		return result == VKC_ERROR_OUT_OF_HOST_MEMORY;
	case VKC_TEST_OUT_OF_DEVICE_MEMORY:
		return result == VKC_ERROR_OUT_OF_DEVICE_MEMORY;
	case VKC_TEST_DEVICE_LOST:
		if (starting)
			return result == VKC_ERROR_NO_DEVICE || result == VKC_ERROR_INTERNAL ||
			       result == VKC_ERROR_DEVICE_LOST;
		return result == VKC_ERROR_DEVICE_LOST;
	case VKC_TEST_INITIALIZATION_FAILED:
		return result == VKC_ERROR_NO_DEVICE || result == VKC_ERROR_INTERNAL;
	case VKC_TEST_OTHER:
		if (layer->faults() == 1 && running_out(layer->fault_name()) != VKC_SUCCESS)
			return result == running_out(layer->fault_name());
		return result == VKC_ERROR_INTERNAL || result == VKC_ERROR_OUT_OF_HOST_MEMORY ||
		       result == VKC_ERROR_OUT_OF_DEVICE_MEMORY ||
		       (starting && result == VKC_ERROR_NO_DEVICE);
	default: /* after a timeout the library waits again */
		return false;
	}
}

static void check_clean(const char *when)
{
	layer_check_clean(layer, when);
}

/* Each mode makes different calls: staging, flushing, rows computed on demand. All share the same
 * start. */
static const struct script_mode modes[] = {
	{.name = "plain", .stride = 1},
	{.name = "staged", .limits = "split_memory,noncoherent", .after_start = true, .stride = 1},
	/* A walk without the matrix repeats the same few calls at every step. */
	{.name = "row_cache", .tuning = "matrix=0,bounded=0", .after_start = true, .stride = 5},
	{.name = "bounded", .tuning = "matrix=0,bounded=1", .after_start = true, .stride = 5},
};

static const struct script_mode *mode = modes;

static void survive(uint64_t step, uint64_t count, struct script_counts *counts)
{
	const struct fault_source source = {.name = kinds[kind],
	                                    .arm = arm,
	                                    .disarm = layer->disarm,
	                                    .faults = layer->faults,
	                                    .fault_name = layer->fault_name,
	                                    .is_right = is_right,
	                                    .check_clean = check_clean};

	assert_int_equal(layer->set_limits(mode->limits ? mode->limits : ""), 0);
	script_survive(mode, &source, step, count, counts);
	assert_int_equal(layer->set_limits(""), 0);
}

static void report(const struct script_counts *counts, const char *how)
{
	printf("faults survived: vulkan %s, %s%s: %llu (%llu reported, %llu absorbed, %llu lost)\n",
	       kinds[kind], mode->name, how, (unsigned long long)counts->faults,
	       (unsigned long long)counts->reported, (unsigned long long)counts->absorbed,
	       (unsigned long long)counts->lost);
	assert_true(counts->faults > 0);
}

static void test_every_call_fails_once(void **state)
{
	struct script_counts counts = {0};

	(void)state;
	survive(mode->stride, 1, &counts);
	report(&counts, "");
}

/* Several consecutive calls fail, including those that clean up after the first. */
static void test_calls_keep_failing(void **state)
{
	struct script_counts counts = {0};

	(void)state;
	survive(7 * mode->stride, 5, &counts);
	report(&counts, ", five in a row");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call_fails_once),
		cmocka_unit_test(test_calls_keep_failing),
	};
	int failed;

	layer = layer_open();
	script_prepare();
	while (argc >= 2 && kind < VKC_TEST_FAULT_KINDS && strcmp(argv[1], kinds[kind]) != 0)
		kind = (enum vkc_test_fault)(kind + 1);
	while (argc == 3 && mode < modes + COUNT(modes) && strcmp(argv[2], mode->name) != 0)
		mode++;
	if (argc < 2 || argc > 3 || kind == VKC_TEST_FAULT_KINDS || mode == modes + COUNT(modes)) {
		fprintf(stderr,
		        "usage: %s KIND [MODE], of fault such as device-lost, of working such as "
		        "bounded\n",
		        argv[0]);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	script_release();
	return failed;
}
