/* SPDX-License-Identifier: MIT
 *
 * A context before its first upload: devices, options, the environment, and calls without a
 * context.
 */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sentence.h"

static VkcDeviceInfo info_of(const VkComputeContext *ctx)
{
	VkcDeviceInfo info = {.struct_size = sizeof(info)};

	succeed(ctx, vkc_get_device_info(ctx, &info));
	return info;
}

/* ---- Devices --------------------------------------------------------------------- */

static void test_version(void **state)
{
	(void)state;
	assert_int_equal(vkc_version(), VKC_VERSION);
	assert_int_not_equal(vkc_result_version(), 0);
}

static void test_result_names(void **state)
{
	(void)state;
	assert_string_equal(vkc_result_string(VKC_SUCCESS), "VKC_SUCCESS");
	assert_string_equal(vkc_result_string(VKC_ERROR_INVALID_ARGUMENT),
	                    "VKC_ERROR_INVALID_ARGUMENT");
	assert_string_equal(vkc_result_string(VKC_ERROR_NO_DEVICE), "VKC_ERROR_NO_DEVICE");
	assert_string_equal(vkc_result_string(VKC_ERROR_OUT_OF_HOST_MEMORY),
	                    "VKC_ERROR_OUT_OF_HOST_MEMORY");
	assert_string_equal(vkc_result_string(VKC_ERROR_OUT_OF_DEVICE_MEMORY),
	                    "VKC_ERROR_OUT_OF_DEVICE_MEMORY");
	assert_string_equal(vkc_result_string(VKC_ERROR_DEVICE_LOST), "VKC_ERROR_DEVICE_LOST");
	assert_string_equal(vkc_result_string(VKC_ERROR_NOT_FINITE), "VKC_ERROR_NOT_FINITE");
	assert_string_equal(vkc_result_string(VKC_ERROR_INTERNAL), "VKC_ERROR_INTERNAL");
	assert_non_null(vkc_result_string((VkcResult)999));
	assert_non_null(vkc_result_string((VkcResult)-999));
}

static void test_devices(void **state)
{
	VkcDeviceInfo devices[16];
	VkcDeviceInfo used = info_of(*state);
	uint32_t defaults = 0;
	uint32_t count = 0;
	uint32_t written = COUNT(devices);

	succeed(NULL, vkc_list_devices(&count, NULL));
	assert_true(count >= 1 && count <= COUNT(devices));
	for (uint32_t i = 0; i < COUNT(devices); i++)
		devices[i].struct_size = sizeof(devices[i]);
	succeed(NULL, vkc_list_devices(&written, devices));
	assert_int_equal(written, count);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(devices[i].index, i);
		assert_int_equal(devices[i].memory_limit, 0);
		assert_int_equal(devices[i].memory_used, 0);
		assert_true(devices[i].memory_bytes > 0);
		assert_true(devices[i].name[0] != '\0');
		defaults += devices[i].is_default;
		if (devices[i].is_default) {
			assert_int_equal(devices[i].index, used.index);
			assert_string_equal(devices[i].name, used.name);
			assert_int_equal(devices[i].type, used.type);
		}
	}
	assert_int_equal(defaults, 1);
	written = 0;
	succeed(NULL, vkc_list_devices(&written, devices));
	assert_int_equal(written, 0);
}

static void test_wrong_lists_of_devices(void **state)
{
	VkcDeviceInfo device = {.struct_size = 5};
	uint32_t count = 1;

	(void)state;
	refused(NULL, vkc_list_devices(NULL, NULL), "count", "NULL");
	refused(NULL, vkc_list_devices(&count, &device), "struct_size", "5", "sizeof");
}

static void test_memory_of_a_context(void **state)
{
	VkComputeContext *ctx = *state;
	VkcDeviceInfo before = info_of(ctx);
	Data data = data_make(DATA_RANDOM, 1000, 64, 1);
	float row[1000];

	assert_true(before.memory_limit > 0);
	context_upload(ctx, &data);
	succeed(ctx, vkc_compute_similarity_rows(ctx, 0, 1, row));
	assert_true(info_of(ctx).memory_used > 0);
	assert_true(info_of(ctx).memory_used <= before.memory_limit);
	data_free(&data);
}

/* The number after `name` in a file, times `unit`; UINT64_MAX if there is none. */
static uint64_t number_in(const char *path, const char *name, uint64_t unit)
{
	uint64_t number = UINT64_MAX;
	char line[128];
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file)) {
		unsigned long long found;
		if (strncmp(line, name, strlen(name)) == 0 &&
		    sscanf(line + strlen(name), "%llu", &found) == 1)
			number = found * unit;
	}
	if (file)
		fclose(file);
	return number;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Other programs allocate and free memory meanwhile, hence the factors. */
static void test_default_memory_limit(void **state)
{
	VkcDeviceInfo info = info_of(*state);
	uint64_t host = number_in("/proc/meminfo", "MemAvailable:", 1024);

	host = least(host, number_in("/sys/fs/cgroup/memory.max", "", 1));
	host = least(host, number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes", "", 1));
	if (info.type != VKC_DEVICE_CPU) {
		assert_int_equal(info.memory_limit, info.memory_bytes / 10 * 8);
		return;
	}
	assert_true(info.memory_limit <= host);
	if (info.memory_bytes != 2ull << 30)
		assert_true(info.memory_limit <= info.memory_bytes / 10 * 8);
	else if (host != UINT64_MAX)
		/* 2 GiB is an invented number of the driver. */
		assert_true(info.memory_limit >= host / 10 * 4);
}

/* ---- Options ---------------------------------------------------------------------- */

/* Checks that the options are rejected with these words and leave no context. */
static void check_options(const VkcOptions *options, VkcResult expected, const char *const *words)
{
	int something;
	VkComputeContext *ctx = (VkComputeContext *)&something;

	check_sentence(NULL, vkc_init_with_options(options, &ctx), expected, "vkc_init_with_options",
	               words);
	assert_null(ctx);
}

#define options_refused(options, ...) \
	check_options((options), VKC_ERROR_INVALID_ARGUMENT, (const char *[]){__VA_ARGS__, NULL})

static void test_wrong_options(void **state)
{
	VkcOptions options = {.struct_size = sizeof(options)};

	(void)state;
	refused(NULL, vkc_init_with_options(&options, NULL), "ctx", "NULL");
	options.struct_size = 3;
	options_refused(&options, "struct_size", "3", "sizeof");
	options = (VkcOptions){.struct_size = sizeof(options), .device = "No such GPU"};
	options_refused(&options, "No such GPU");
	options.device = "4711";
	options_refused(&options, "4711");
}

static void test_wrong_tuning(void **state)
{
	static const char *const wrong[][2] = {
		{"nonsense=1", "nonsense"},
		{"int64=7", "7"},
		{"gram=abacus", "abacus"},
		{"gram=", "gram="},
		{"gram=an_abacus_with_a_name_that_is_long", "an_abacus"},
		{"int64=0,gram=matrix_units", "VK_NV_cooperative_matrix"},
		{"walk_group=", "walk_group"},
		{"walk_group", "walk_group"},
		{"int64=0,nonsense=1", "nonsense"},
	};

	(void)state;
	for (uint32_t i = 0; i < COUNT(wrong); i++) {
		VkcOptions options = {.struct_size = sizeof(options), .tuning = wrong[i][0]};

		options_refused(&options, wrong[i][1], "tuning|VKC_TUNING");
	}
}

static void test_no_options(void **state)
{
	VkComputeContext *ctx = NULL;

	(void)state;
	succeed(NULL, vkc_init_with_options(NULL, &ctx));
	assert_string_equal(vkc_last_error(ctx), "");
	vkc_destroy(ctx);
}

static void check_device_option(const char *device, const VkcDeviceInfo *expected)
{
	VkcOptions options = {.struct_size = sizeof(options), .device = device};
	VkComputeContext *ctx = NULL;
	VkcDeviceInfo info;

	succeed(NULL, vkc_init_with_options(&options, &ctx));
	info = info_of(ctx);
	assert_int_equal(info.index, expected->index);
	assert_string_equal(info.name, expected->name);
	vkc_destroy(ctx);
}

static void test_device_by_index_and_name(void **state)
{
	VkcDeviceInfo expected = info_of(*state);
	char text[sizeof(expected.name)];

	snprintf(text, sizeof(text), "%u", expected.index);
	check_device_option(text, &expected);
	/* A part of the name, with different case. */
	strcpy(text, expected.name + 1);
	for (char *at = text; *at; at++)
		*at = (char)(islower((unsigned char)*at) ? toupper((unsigned char)*at)
		                                         : tolower((unsigned char)*at));
	check_device_option(text, &expected);
}

/* ---- The environment ----------------------------------------------------------------- */

static void check_environment(const char *variable, const char *value)
{
	char *before = getenv(variable) ? strdup(getenv(variable)) : NULL;
	VkComputeContext *ctx;

	setenv(variable, value, 1);
	ctx = vkc_init();
	if (before)
		setenv(variable, before, 1);
	else
		unsetenv(variable);
	free(before);
	if (ctx)
		fail_msg("vkc_init() accepted %s=%s", variable, value);
	check_words(vkc_last_error(NULL), variable, (const char *[]){variable, value, NULL});
}

static void test_wrong_environment(void **state)
{
	static const char *const sizes[] = {"abc", "12X", "-5", "1.5G", "G", "10GG",
	                                    "99999999999999999999", "99999999999G"};

	(void)state;
	for (uint32_t i = 0; i < COUNT(sizes); i++)
		check_environment("VKC_MEMORY_LIMIT", sizes[i]);
	check_environment("VKC_DEVICE", "No such GPU");
	check_environment("VKC_DEVICE", "4711");
	check_environment("VKC_TUNING", "nonsense=1");
	check_environment("VKC_VALIDATION", "perhaps");
}

static uint64_t limit_with(const char *variable, uint64_t option)
{
	VkComputeContext *ctx;
	uint64_t limit;

	setenv("VKC_MEMORY_LIMIT", variable, 1);
	ctx = context_new(NULL, option);
	unsetenv("VKC_MEMORY_LIMIT");
	limit = info_of(ctx).memory_limit;
	vkc_destroy(ctx);
	return limit;
}

static void test_memory_limit_from_the_environment(void **state)
{
	(void)state;
	assert_int_equal(limit_with("20000000", 0), 20000000);
	assert_int_equal(limit_with("51200K", 0), 51200 << 10);
	assert_int_equal(limit_with("300M", 0), 300 << 20);
	assert_int_equal(limit_with("1G", 0), 1 << 30);
	assert_int_equal(limit_with("2t", 0), 2ull << 40);
	/* The option takes precedence over the variable. */
	assert_int_equal(limit_with("300M", 100 << 20), 100 << 20);
}

static void test_options_win_over_the_environment(void **state)
{
	VkcDeviceInfo expected = info_of(*state);
	VkComputeContext *ctx;

	setenv("VKC_DEVICE", "No such GPU", 1);
	check_device_option(expected.name, &expected);
	unsetenv("VKC_DEVICE");
	setenv("VKC_TUNING", "nonsense=1", 1);
	ctx = context_new("int64=0", 0);
	unsetenv("VKC_TUNING");
	vkc_destroy(ctx);
}

/* ---- Before any upload, and without a context --------------------------------- */

static void check_no_upload(VkComputeContext *ctx, const char *word)
{
	uint32_t index = 0;
	float value;

	refused(ctx, vkc_compute_diversity_sequence(ctx, 0, &index), word);
	refused(ctx, vkc_compute_diversity_sequences(ctx, &index, 1, 1, 1, &index), word);
	refused(ctx, vkc_compute_similarity_matrix(ctx, &value), word);
	refused(ctx, vkc_compute_similarity_rows(ctx, 0, 1, &value), word);
	refused(ctx, vkc_compute_similarity_packed(ctx, &value), word);
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, 1, &index, &value), word);
}

static void test_before_any_upload(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	float value = NAN;

	(void)state;
	assert_string_equal(vkc_last_error(ctx), "");
	check_no_upload(ctx, "upload|uploaded");
	/* A failed upload does not count as an upload. */
	assert_int_equal(vkc_upload_embeddings(ctx, &value, 1, 1), VKC_ERROR_NOT_FINITE);
	check_no_upload(ctx, "upload|uploaded");
	vkc_destroy(ctx);
}

static void test_without_a_context(void **state)
{
	VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings)};
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	float value = 1;

	(void)state;
	check_no_upload(NULL, "NULL|context");
	refused(NULL, vkc_upload_embeddings(NULL, &value, 1, 1), "NULL|context");
	refused(NULL, vkc_upload(NULL, &embeddings), "NULL|context");
	refused(NULL, vkc_get_device_info(NULL, &info), "NULL|context");
	vkc_destroy(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_result_names),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_wrong_lists_of_devices),
		cmocka_unit_test(test_memory_of_a_context),
		cmocka_unit_test(test_default_memory_limit),
		cmocka_unit_test(test_wrong_options),
		cmocka_unit_test(test_wrong_tuning),
		cmocka_unit_test(test_no_options),
		cmocka_unit_test(test_device_by_index_and_name),
		cmocka_unit_test(test_wrong_environment),
		cmocka_unit_test(test_memory_limit_from_the_environment),
		cmocka_unit_test(test_options_win_over_the_environment),
		cmocka_unit_test(test_before_any_upload),
		cmocka_unit_test(test_without_a_context),
	};

	/* These tests set the variables themselves. */
	unsetenv("VKC_DEVICE");
	unsetenv("VKC_MEMORY_LIMIT");
	unsetenv("VKC_TUNING");
	return cmocka_run_group_tests(tests, context_setup, context_teardown);
}
