/* SPDX-License-Identifier: MIT
 *
 * Misuse at the start: no context, invalid options and variables, nothing uploaded.
 */
#define _POSIX_C_SOURCE 200809L
#include "misuse.h"

#include <stdlib.h>

static void test_without_a_context(void **state)
{
	uint32_t index = 0;
	float value = 0;
	double fraction;
	VkcEmbeddings e = {.struct_size = sizeof(e)};
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	VkcDecisionCounts counts = {.struct_size = sizeof(counts)};

	(void)state;
	WRONG(NULL, vkc_upload_embeddings(NULL, misuse_good, N, D),
	      "vkc_upload_embeddings: ctx is NULL; it takes a context made by vkc_init().");
	WRONG(NULL, vkc_upload(NULL, &e),
	      "vkc_upload: ctx is NULL; it takes a context made by vkc_init().");
	WRONG(NULL, vkc_compute_diversity_sequence(NULL, 0, &index),
	      "vkc_compute_diversity_sequence: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_compute_diversity_sequences(NULL, &index, 1, 1, 1, &index),
	      "vkc_compute_diversity_sequences: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_continue_diversity_sequences(NULL, &index, &index, 1, 1, 1),
	      "vkc_continue_diversity_sequences: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_matrix_pays(NULL, 1, &index),
	      "vkc_matrix_pays: ctx is NULL; it takes a context made by vkc_init().");
	WRONG(NULL, vkc_prepare_matrix(NULL, 1, &fraction),
	      "vkc_prepare_matrix: ctx is NULL; it takes a context made by vkc_init().");
	WRONG(NULL, vkc_compute_similarity_matrix(NULL, &value),
	      "vkc_compute_similarity_matrix: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_compute_similarity_rows(NULL, 0, 1, &value),
	      "vkc_compute_similarity_rows: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_compute_similarity_packed(NULL, &value),
	      "vkc_compute_similarity_packed: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_compute_nearest_neighbors(NULL, 0, 1, 1, &index, &value),
	      "vkc_compute_nearest_neighbors: ctx is NULL; it takes a context made by "
	      "vkc_init().");
	WRONG(NULL, vkc_get_device_info(NULL, &info),
	      "vkc_get_device_info: ctx is NULL; it takes a context made by vkc_init().");
	WRONG(NULL, vkc_get_decision_counts(NULL, &counts),
	      "vkc_get_decision_counts: ctx is NULL; it takes a context made by vkc_init().");
}

static VkcResult init(VkcOptions options)
{
	VkComputeContext *ctx = NULL;
	VkcResult result;

	if (!options.struct_size)
		options.struct_size = sizeof(options);
	result = vkc_init_with_options(&options, &ctx);
	vkc_destroy(ctx);
	return result;
}

static void test_options(void **state)
{
	VkcOptions options = {.struct_size = sizeof(options)};

	(void)state;
	WRONG(NULL, vkc_init_with_options(&options, NULL),
	      "vkc_init_with_options: ctx is NULL; it takes the address of a pointer for the "
	      "new context.");
	WRONG(NULL, vkc_init_with_options(NULL, NULL),
	      "vkc_init_with_options: ctx is NULL; it takes the address of a pointer for the "
	      "new context.");
	WRONG(NULL, init((VkcOptions){.struct_size = 3}),
	      "vkc_init_with_options: options->struct_size is 3; set it to sizeof(VkcOptions), which "
	      "is * in version * and at least * in earlier versions.");
	WRONG(NULL, init((VkcOptions){.struct_size = 4096}),
	      "vkc_init_with_options: options->struct_size is 4096; set it to sizeof(VkcOptions), "
	      "which is * in version * and at least * in earlier versions.");
	WRONG(NULL, init((VkcOptions){.validation = 7}),
	      "VkcOptions.validation is 7; it takes 0 or 1.");
	WRONG(NULL, init((VkcOptions){.device = "No such GPU"}),
	      "No device has 'No such GPU' in its name (VKC_DEVICE); the devices, numbered from 0, "
	      "are: 0 '*'.");
	WRONG(NULL, init((VkcOptions){.device = "99"}),
	      "There is no device 99 (VKC_DEVICE); the devices, numbered from 0, are: 0 '*'.");
	WRONG(NULL, init((VkcOptions){.device = "-1"}),
	      "No device has '-1' in its name (VKC_DEVICE); the devices, numbered from 0, are: 0 '*'.");
	WRONG(NULL, init((VkcOptions){.device = "99999999999999999999"}),
	      "No device has '99999999999999999999' in its name (VKC_DEVICE); the devices, numbered "
	      "from 0, are: 0 '*'.");
	WRONG(NULL, init((VkcOptions){.tuning = "speed=11"}),
	      "The tuning string (VKC_TUNING) has 'speed=11', which is not a known key with a valid "
	      "value: see docs/architecture.md.");
	WRONG(NULL, init((VkcOptions){.tuning = "int64"}),
	      "The tuning string (VKC_TUNING) has 'int64', which is not a known key with a valid "
	      "value: see docs/architecture.md.");
	WRONG(NULL, init((VkcOptions){.tuning = "int64=2"}),
	      "The tuning string (VKC_TUNING) has 'int64=2', which is not a known key with a valid "
	      "value: see docs/architecture.md.");
	WRONG(NULL, init((VkcOptions){.tuning = "walk_group=3"}),
	      "The tuning string (VKC_TUNING) has walk_group=3; it takes a power of two or a "
	      "multiple of 16.");
	WRONG(NULL, init((VkcOptions){.tuning = "range=-5"}),
	      "The tuning string (VKC_TUNING) has 'range=-5', which is not a known key with a valid "
	      "value: see docs/architecture.md.");
}

static VkcResult init_with(const char *variable, const char *value)
{
	VkcResult result;

	setenv(variable, value, 1);
	result = init((VkcOptions){0});
	unsetenv(variable);
	return result;
}

static void test_environment(void **state)
{
	(void)state;
	WRONG(NULL, init_with("VKC_DEVICE", "GeForce 9999"),
	      "No device has 'GeForce 9999' in its name (VKC_DEVICE); the devices, numbered from 0, "
	      "are: 0 '*'.");
	WRONG(NULL, init_with("VKC_MEMORY_LIMIT", "lots"),
	      "The environment variable VKC_MEMORY_LIMIT is 'lots'; it takes a number of "
	      "bytes above 0, such as 300000000, 512K, 300M, 2G or 1T.");
	WRONG(NULL, init_with("VKC_MEMORY_LIMIT", "1.5G"),
	      "The environment variable VKC_MEMORY_LIMIT is '1.5G'; it takes a number of "
	      "bytes above 0, such as 300000000, 512K, 300M, 2G or 1T.");
	WRONG(NULL, init_with("VKC_MEMORY_LIMIT", "-1"),
	      "The environment variable VKC_MEMORY_LIMIT is '-1'; it takes a number of bytes "
	      "above 0, such as 300000000, 512K, 300M, 2G or 1T.");
	WRONG(NULL, init_with("VKC_MEMORY_LIMIT", "0"),
	      "The environment variable VKC_MEMORY_LIMIT is '0'; it takes a number of bytes "
	      "above 0, such as 300000000, 512K, 300M, 2G or 1T.");
	WRONG(NULL, init_with("VKC_MEMORY_LIMIT", "99999999999G"),
	      "The environment variable VKC_MEMORY_LIMIT is '99999999999G'; it takes a "
	      "number of bytes above 0, such as 300000000, 512K, 300M, 2G or 1T.");
	WRONG(NULL, init_with("VKC_VALIDATION", "yes"),
	      "The environment variable VKC_VALIDATION is 'yes'; it takes 0 or 1.");
	WRONG(NULL, init_with("VKC_TUNING", "fast"),
	      "The tuning string (VKC_TUNING) has 'fast', which is not a known key with a valid value: "
	      "see docs/architecture.md.");
}

static void test_devices(void **state)
{
	VkComputeContext *ctx = *state;
	VkcDeviceInfo info = {.struct_size = 12};
	VkcDeviceInfo infos[2] = {{.struct_size = sizeof(info)}, {.struct_size = 12}};
	uint32_t count = 1, two = 2;

	WRONG(NULL, vkc_list_devices(NULL, NULL),
	      "vkc_list_devices: count is NULL; it takes the address of a number.");
	WRONG(NULL, vkc_list_devices(NULL, &info),
	      "vkc_list_devices: count is NULL; it takes the address of a number.");
	WRONG(NULL, vkc_list_devices(&count, &info),
	      "vkc_list_devices: devices[0].struct_size is 12; set it to "
	      "sizeof(VkcDeviceInfo), which is *.");
	WRONG(NULL, vkc_list_devices(&two, infos),
	      "vkc_list_devices: devices[1].struct_size is 12, but that of devices[0] is *; set "
	      "each to sizeof(VkcDeviceInfo).");
	WRONG(ctx, vkc_get_decision_counts(ctx, NULL),
	      "vkc_get_decision_counts: counts is NULL; it takes the address of a "
	      "VkcDecisionCounts.");
	WRONG(ctx, vkc_get_device_info(ctx, NULL),
	      "vkc_get_device_info: info is NULL; it takes the address of a VkcDeviceInfo.");
	WRONG(ctx, vkc_get_device_info(ctx, &info),
	      "vkc_get_device_info: info->struct_size is 12; set it to "
	      "sizeof(VkcDeviceInfo), which is *.");
}

static void test_before_an_upload(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	uint32_t index = 0;
	float value;
	double fraction;

	(void)state;
	WRONG(ctx, vkc_compute_diversity_sequence(ctx, 0, &index),
	      "vkc_compute_diversity_sequence: nothing was uploaded yet: upload "
	      "embeddings first.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, &index, 1, 1, 1, &index),
	      "vkc_compute_diversity_sequences: nothing was uploaded yet: upload "
	      "embeddings first.");
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, &index, &index, 1, 1, 1),
	      "vkc_continue_diversity_sequences: nothing was uploaded yet: upload "
	      "embeddings first.");
	WRONG(ctx, vkc_matrix_pays(ctx, 1, &index),
	      "vkc_matrix_pays: nothing was uploaded yet: upload embeddings first.");
	WRONG(ctx, vkc_prepare_matrix(ctx, 1, &fraction),
	      "vkc_prepare_matrix: nothing was uploaded yet: upload embeddings first.");
	WRONG(ctx, vkc_compute_similarity_matrix(ctx, &value),
	      "vkc_compute_similarity_matrix: nothing was uploaded yet: upload "
	      "embeddings first.");
	WRONG(ctx, vkc_compute_similarity_rows(ctx, 0, 1, &value),
	      "vkc_compute_similarity_rows: nothing was uploaded yet: upload "
	      "embeddings first.");
	WRONG(ctx, vkc_compute_similarity_packed(ctx, &value),
	      "vkc_compute_similarity_packed: nothing was uploaded yet: upload "
	      "embeddings first.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, 1, &index, &value),
	      "vkc_compute_nearest_neighbors: nothing was uploaded yet: upload "
	      "embeddings first.");
	vkc_destroy(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WRONG_USES(test_without_a_context),
		WRONG_USES(test_options),
		WRONG_USES(test_environment),
		WRONG_USES(test_devices),
		WRONG_USES(test_before_an_upload),
	};
	int failed = cmocka_run_group_tests(tests, misuse_setup, misuse_teardown);

	misuse_report();
	return failed;
}
