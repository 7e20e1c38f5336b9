/* SPDX-License-Identifier: MIT
 *
 * The same result however it is computed: kernel variants, workgroup sizes, strategies and memory
 * limits compared with the default, byte for byte.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* VkcOptions.tuning, as in docs/architecture.md. */
static const char *const tunings[] = {
	"int64=0",
	"int64=1",
	"gram=registers",
	"gram=registers,texel=0",
	"gram=registers,texel=1",
	"gram=registers,int64=0",
	"gram=shared",
	"gram=shared,texel=0",
	"gram=shared,texel=1",
	"gram=shared,int64=0",
	"gram=matrix_units",
	"gram=matrix_units,matrix=0",
	"gram=matrix_units,range=131072",
	"subgroup=0",
	"subgroup=0,int64=0",
	"direct=0",
	"range=131072",
	"range=90112",
	"range=131072,texel=0,direct=0",
	"submit_us=1",
	"walk_group=32",
	"walk_group=48",
	"walk_group=64",
	"walk_group=128",
	"walk_group=32,walk_pieces=1",
	"walk_group=32,walk_pieces=1,int64=0",
	"walk_group=16,walk_pieces=32",
	"merge=0",
	"merge=1",
	"matrix=0",
	"matrix=0,int64=0",
	"matrix=0,gram=shared,direct=0",
	"matrix=0,bounded=0",
	"matrix=0,bounded=1",
	"matrix=0,bounded=1,int64=0",
};

/* Sizes that end inside tiles and groups, and data kinds with ties. */
static const struct {
	DataKind kind;
	uint32_t n, d;
} sets[] = {
	{DATA_CLUSTERED, 301, 45},
	{DATA_DUPLICATES, 150, 7},
	{DATA_INTEGERS, 64, 64},
	{DATA_UNNORMALISED, 129, 130},
	{DATA_ZEROS, 33, 1},
	{DATA_RANDOM, 2, 3},
};

static Answers defaults[COUNT(sets)];

static Answers answers_of_set(VkComputeContext *ctx, uint32_t set)
{
	Data data = data_make(sets[set].kind, sets[set].n, sets[set].d, set);
	Answers answers;

	context_upload(ctx, &data);
	answers = answers_compute(ctx, data.n);
	data_free(&data);
	return answers;
}

static int compute_defaults(void **state)
{
	if (context_setup(state))
		return -1;
	for (uint32_t set = 0; set < COUNT(sets); set++)
		defaults[set] = answers_of_set(*state, set);
	context_teardown(state);
	/* Each test has its own state. */
	*state = NULL;
	return 0;
}

static int free_defaults(void **state)
{
	(void)state;
	for (uint32_t set = 0; set < COUNT(sets); set++)
		answers_free(&defaults[set]);
	return 0;
}

/* Whether the device supports what the tuning requires. */
static int device_runs(const char *tuning)
{
	VkcOptions options = {.struct_size = sizeof(options), .tuning = tuning};
	VkComputeContext *ctx = NULL;
	VkcResult result;

	if (!strstr(tuning, "int64=1") && !strstr(tuning, "gram=matrix_units"))
		return 1;
	result = vkc_init_with_options(&options, &ctx);
	vkc_destroy(ctx);
	assert_true(result == VKC_SUCCESS || result == VKC_ERROR_INVALID_ARGUMENT);
	return result == VKC_SUCCESS;
}

/* One test per tuning, which *state holds. */
static void test_tuning(void **state)
{
	const char *tuning = *state;
	VkComputeContext *ctx;

	if (!device_runs(tuning)) {
		print_message("Skipped: the device or its driver does not support '%s'.\n", tuning);
		skip();
	}
	ctx = context_new(tuning, 0);
	for (uint32_t set = 0; set < COUNT(sets); set++) {
		Answers answers = answers_of_set(ctx, set);

		answers_check(&answers, &defaults[set], tuning);
		answers_free(&answers);
	}
	vkc_destroy(ctx);
}

/* ---- Memory limits ------------------------------------------------------------ */

enum {
	LIMITED_N = 1000,
	LIMITED_D = 32,
	LIMITED_WALKS = 6,
	LIMITED_LENGTH = 400 /* together the walks choose most rows */
};

typedef struct Limited {
	float *matrix;
	float *rows;
	uint32_t *indices;
	uint32_t *sequences;
} Limited;

static Limited limited_new(void)
{
	return (Limited){
		.matrix = allocate((size_t)LIMITED_N * LIMITED_N, sizeof(float)),
		.rows = allocate((size_t)100 * LIMITED_N, sizeof(float)),
		.indices = allocate((size_t)LIMITED_N * 10, sizeof(uint32_t)),
		.sequences = allocate((size_t)LIMITED_WALKS * LIMITED_LENGTH, sizeof(uint32_t)),
	};
}

static void limited_free(Limited *limited)
{
	free(limited->matrix);
	free(limited->rows);
	free(limited->indices);
	free(limited->sequences);
}

static VkcResult limited_compute(VkComputeContext *ctx, const Data *data, Limited *results)
{
	uint32_t starts[LIMITED_WALKS];
	VkcResult result;

	for (uint32_t i = 0; i < LIMITED_WALKS; i++)
		starts[i] = i * 151;

	result = vkc_upload_embeddings(ctx, data->floats, data->n, data->d);
	if (!result)
		result = vkc_compute_diversity_sequences(ctx, starts, LIMITED_WALKS, 1, LIMITED_LENGTH,
		                                         results->sequences);
	if (!result)
		result = vkc_compute_nearest_neighbors(ctx, 0, LIMITED_N, 10, results->indices,
		                                       NULL);
	if (!result)
		result = vkc_compute_similarity_rows(ctx, 777, 100, results->rows);
	if (!result)
		result = vkc_compute_similarity_matrix(ctx, results->matrix);
	return result;
}

/* Returns 1 if everything fitted within the limit, and 0 if the library reported that it did not.
 * Wrong bytes, other errors and exceeded limits fail the test. */
static int check_limit(const Data *data, const Limited *expected, const char *tuning,
                       uint64_t limit)
{
	VkComputeContext *ctx = context_new(tuning, limit);
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	Limited actual = limited_new();
	VkcResult result = limited_compute(ctx, data, &actual);

	if (result == VKC_SUCCESS) {
		check_bytes(actual.sequences, expected->sequences,
		            sizeof(uint32_t) * LIMITED_WALKS * LIMITED_LENGTH,
		            "sequences within %llu bytes", (unsigned long long)limit);
		check_bytes(actual.indices, expected->indices, sizeof(uint32_t) * LIMITED_N * 10,
		            "neighbours within %llu bytes", (unsigned long long)limit);
		check_bytes(actual.rows, expected->rows, sizeof(float) * 100 * LIMITED_N,
		            "rows within %llu bytes", (unsigned long long)limit);
		check_bytes(actual.matrix, expected->matrix, sizeof(float) * LIMITED_N * LIMITED_N,
		            "matrix within %llu bytes", (unsigned long long)limit);
	} else {
		assert_int_equal(result, VKC_ERROR_OUT_OF_DEVICE_MEMORY);
		assert_true(strlen(vkc_last_error(ctx)) > 20);
	}
	assert_int_equal(vkc_get_device_info(ctx, &info), VKC_SUCCESS);
	assert_int_equal(info.memory_limit, limit);
	assert_true(info.memory_used <= limit);
	limited_free(&actual);
	vkc_destroy(ctx);
	return result == VKC_SUCCESS;
}

/* The matrix takes 4 MB. It does not fit within most of these limits, so its rows are computed on
 * demand. */
static void check_limits(DataKind kind, const char *tuning)
{
	static const uint32_t must_fit[] = {16 << 20, 5 << 20, 3 << 20, 2 << 20};
	static const uint32_t may_fit[] = {1 << 20, 512 << 10, 256 << 10};
	Data data = data_make(kind, LIMITED_N, LIMITED_D, 1);
	VkComputeContext *ctx = context_new(tuning, 0);
	Limited expected = limited_new();

	succeed(ctx, limited_compute(ctx, &data, &expected));
	vkc_destroy(ctx);
	for (uint32_t i = 0; i < COUNT(must_fit); i++)
		if (!check_limit(&data, &expected, tuning, must_fit[i]))
			fail_msg("A limit of %u bytes was not enough.", must_fit[i]);
	for (uint32_t i = 0; i < COUNT(may_fit); i++)
		check_limit(&data, &expected, tuning, may_fit[i]);
	limited_free(&expected);
	data_free(&data);
}

static void test_memory_limits(void **state)
{
	(void)state;
	check_limits(DATA_CLUSTERED, NULL);
}

static void test_memory_limits_without_int64(void **state)
{
	(void)state;
	check_limits(DATA_CLUSTERED, "int64=0");
}

static void test_memory_limits_on_duplicates(void **state)
{
	(void)state;
	check_limits(DATA_DUPLICATES, NULL);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(tunings) + 3] = {
		cmocka_unit_test(test_memory_limits),
		cmocka_unit_test(test_memory_limits_without_int64),
		cmocka_unit_test(test_memory_limits_on_duplicates),
	};

	for (uint32_t i = 0; i < COUNT(tunings); i++)
		tests[3 + i] = (struct CMUnitTest){
			.name = tunings[i],
			.test_func = test_tuning,
			.initial_state = (void *)tunings[i],
		};
	return cmocka_run_group_tests(tests, compute_defaults, free_defaults);
}
