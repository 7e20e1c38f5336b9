/* SPDX-License-Identifier: MIT
 *
 * The similarity matrix computed ahead: in steps that add up to the whole, with the same results as
 * without, and without harm if it does not fit.
 */
#include "support.h"

#include <stdlib.h>

enum {
	N = 700,
	D = 24
};

static uint64_t memory_used(const VkComputeContext *ctx)
{
	VkcDeviceInfo info = {.struct_size = sizeof(info)};

	succeed(ctx, vkc_get_device_info(ctx, &info));
	return info.memory_used;
}

/* Prepares the whole matrix step by step; returns the number of steps. */
static unsigned prepare(VkComputeContext *ctx)
{
	double fraction = 0, before;
	unsigned steps = 0;

	do {
		before = fraction;
		succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
		/* Written so that NaN fails. */
		if (!(fraction > before && fraction <= 1))
			fail_msg("step %u: %.17g of the matrix, after %.17g", steps, fraction, before);
		steps++;
	} while (fraction < 1);
	succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
	assert_true(fraction == 1);
	return steps;
}

static Answers answers_without(const Data *data)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	Answers answers;

	context_upload(ctx, data);
	answers = answers_compute(ctx, data->n);
	vkc_destroy(ctx);
	return answers;
}

/* With such a short time, a submission takes one tile. */
static void test_steps_add_up_to_the_matrix(void **state)
{
	VkComputeContext *ctx = context_new("submit_us=1", 0);
	Data data = data_make(DATA_CLUSTERED, N, D, 1);
	Answers expected = answers_without(&data), actual;
	uint64_t before, after;
	unsigned steps;

	(void)state;
	context_upload(ctx, &data);
	before = memory_used(ctx);
	steps = prepare(ctx);
	if (steps < 5)
		fail_msg("%u steps for a matrix of 11 x 11 tiles", steps);
	after = memory_used(ctx);
	assert_true(after - before >= sizeof(float) * N * N);
	actual = answers_compute(ctx, N);
	answers_check(&actual, &expected, "prepared");
	/* The calls have reused the matrix. */
	assert_true(memory_used(ctx) - before < 2 * sizeof(float) * N * N);
	answers_free(&actual);
	answers_free(&expected);
	data_free(&data);
	vkc_destroy(ctx);
}

static void test_steps_between_other_calls(void **state)
{
	VkComputeContext *ctx = context_new("submit_us=1", 0);
	Data data = data_make(DATA_DUPLICATES, N, D, 2);
	Answers expected = answers_without(&data), actual;
	float *row = allocate(N, sizeof(*row));
	uint32_t walk[5], nearest[3];
	double fraction = 0, before;

	(void)state;
	context_upload(ctx, &data);
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t at = i * (N / 4);

		before = fraction;
		succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
		assert_true(fraction >= before);
		succeed(ctx, vkc_compute_similarity_rows(ctx, at, 1, row));
		check_bytes(row, expected.matrix + (size_t)at * N, N * sizeof(*row), "row %u", at);
		succeed(ctx, vkc_compute_nearest_neighbors(ctx, at, 1, 3, nearest, NULL));
		check_bytes(nearest, expected.neighbors + (size_t)at * expected.k, sizeof(nearest),
		            "neighbours of row %u", at);
		at = N - 1;
		succeed(ctx, vkc_compute_diversity_sequences(ctx, &at, 1, 1, COUNT(walk), walk));
		check_bytes(walk, expected.sequences, sizeof(walk), "the first items of a sequence");
	}
	actual = answers_compute(ctx, N);
	answers_check(&actual, &expected, "prepared in part");
	answers_free(&actual);
	answers_free(&expected);
	free(row);
	data_free(&data);
	vkc_destroy(ctx);
}

static void test_another_upload_begins_again(void **state)
{
	VkComputeContext *ctx = context_new("submit_us=1", 0);
	Data first = data_make(DATA_RANDOM, N, D, 3);
	Data second = data_make(DATA_ANISOTROPIC, N, D, 4);
	Answers expected = answers_without(&second), actual;
	double fraction;

	(void)state;
	context_upload(ctx, &first);
	prepare(ctx);
	context_upload(ctx, &second);
	succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
	assert_true(fraction < 1);
	context_upload(ctx, &second);
	prepare(ctx);
	actual = answers_compute(ctx, N);
	answers_check(&actual, &expected, "prepared after another upload");
	answers_free(&actual);
	answers_free(&expected);
	data_free(&first);
	data_free(&second);
	vkc_destroy(ctx);
}

static void test_time_is_used(void **state)
{
	VkComputeContext *ctx = context_new("submit_us=1", 0);
	Data data = data_make(DATA_RANDOM, N, D, 5);
	double fraction;

	(void)state;
	context_upload(ctx, &data);
	/* More time than it takes on any machine. */
	succeed(ctx, vkc_prepare_matrix(ctx, 1e6, &fraction));
	assert_true(fraction == 1);
	data_free(&data);
	vkc_destroy(ctx);
}

static uint32_t pays(VkComputeContext *ctx, uint64_t num_rows)
{
	uint32_t answer = 2;

	succeed(ctx, vkc_matrix_pays(ctx, num_rows, &answer));
	assert_true(answer <= 1);
	return answer;
}

static void test_many_rows_pay(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	Data data = data_make(DATA_RANDOM, N, D, 7);
	uint32_t start = 3, some[N / 16], num_calls;

	(void)state;
	context_upload(ctx, &data);
	assert_int_equal(pays(ctx, 0), 0);
	assert_int_equal(pays(ctx, 1), 0);
	assert_int_equal(pays(ctx, N), 1);
	assert_int_equal(pays(ctx, UINT64_MAX / 2), 1);
	/* The question changes nothing; rows that were computed count. */
	assert_int_equal(pays(ctx, 1), 0);
	for (num_calls = 0; !pays(ctx, 0); num_calls++) {
		assert_true(num_calls < 16);
		succeed(ctx, vkc_compute_diversity_sequences(ctx, &start, 1, 1, N / 16, some));
	}
	assert_true(num_calls >= 2);
	prepare(ctx);
	assert_int_equal(pays(ctx, 0), 1);
	context_upload(ctx, &data);
	assert_int_equal(pays(ctx, 0), 0);
	data_free(&data);
	vkc_destroy(ctx);
}

static void check_without_matrix(const char *tuning, uint64_t memory_limit)
{
	VkComputeContext *ctx = context_new(tuning, memory_limit);
	Data data = data_make(DATA_CLUSTERED, N, D, 6);
	Answers expected = answers_without(&data), actual;
	uint64_t before;
	double fraction = 0;

	context_upload(ctx, &data);
	before = memory_used(ctx);
	succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
	assert_true(fraction == 1);
	assert_true(memory_used(ctx) == before);
	assert_int_equal(pays(ctx, N), 0);
	actual = answers_compute(ctx, N);
	answers_check(&actual, &expected, "not kept");
	answers_free(&actual);
	answers_free(&expected);
	data_free(&data);
	vkc_destroy(ctx);
}

static void test_a_matrix_that_is_not_kept(void **state)
{
	(void)state;
	check_without_matrix("matrix=0", 0);
	check_without_matrix(NULL, 1500000); /* the matrix takes 1,960,000 bytes */
}

static void test_one_row(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	const float number = 3;
	float matrix = 0;

	(void)state;
	succeed(ctx, vkc_upload_embeddings(ctx, &number, 1, 1));
	assert_int_equal(prepare(ctx), 1);
	succeed(ctx, vkc_compute_similarity_matrix(ctx, &matrix));
	assert_true(matrix == 1);
	vkc_destroy(ctx);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_add_up_to_the_matrix),
		cmocka_unit_test(test_steps_between_other_calls),
		cmocka_unit_test(test_another_upload_begins_again),
		cmocka_unit_test(test_time_is_used),
		cmocka_unit_test(test_many_rows_pay),
		cmocka_unit_test(test_a_matrix_that_is_not_kept),
		cmocka_unit_test(test_one_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
