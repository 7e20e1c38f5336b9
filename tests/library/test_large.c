/* SPDX-License-Identifier: MIT
 *
 * The size of the first real use: 7,797 rows of 768 numbers, whose matrix exceeds the limit of one
 * storage buffer range.
 */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "reference.h"

enum {
	N = 7797,
	D = 768
};

/* Clusters with a common direction, as in text embeddings. */
static Data large_data(void)
{
	Data data = data_make(DATA_CLUSTERED, N, D, 1);

	for (size_t at = 0; at < (size_t)N * D; at++) {
		data.floats[at] += at % D < 40 ? 2.5f : 0.1f;
		data.doubles[at] = data.floats[at];
	}
	return data;
}

static int setup(void **state)
{
	Data *data = calloc(1, sizeof(*data));

	*data = large_data();
	*state = data;
	return 0;
}

static int teardown(void **state)
{
	data_free(*state);
	free(*state);
	return 0;
}

static void check_pair(const Data *data, const float *matrix, uint32_t i, uint32_t j)
{
	float value = matrix[(size_t)i * N + j];
	double expected = reference_similarity(data->doubles + (size_t)i * D,
	                                       data->doubles + (size_t)j * D, D);

	if (!(fabs(value - expected) <= SIMILARITY_TOLERANCE))
		fail_msg("[%u][%u] is %.9g, expected %.12g", i, j, value, expected);
}

static void check_large_matrix(const Data *data, const float *matrix)
{
	static const uint32_t rows[] = {0, 1, 4303, 4304, N - 1};
	uint64_t seed = 1;

	for (uint32_t i = 0; i < COUNT(rows); i++)
		for (uint32_t j = 0; j < N; j++)
			check_pair(data, matrix, rows[i], j);
	for (int pair = 0; pair < 100000; pair++)
		check_pair(data, matrix, random_below(&seed, N), random_below(&seed, N));
	for (uint32_t i = 0; i < N; i++) {
		assert_true(matrix[(size_t)i * N + i] == 1.0f);
		for (uint32_t j = 0; j < i; j++)
			if (matrix[(size_t)i * N + j] != matrix[(size_t)j * N + i])
				fail_msg("[%u][%u] is not [%u][%u]", i, j, j, i);
	}
}

static void check_large_neighbors(VkComputeContext *ctx, const float *matrix)
{
	enum {
		K = 10
	};
	uint32_t *actual = allocate((size_t)N * K, sizeof(*actual));
	uint32_t expected[K];

	succeed(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, K, actual, NULL));
	for (uint32_t i = 0; i < N; i += 13) {
		reference_neighbors(matrix + (size_t)i * N, N, i, K, expected);
		check_bytes(actual + (size_t)i * K, expected, sizeof(expected), "row %u", i);
	}
	free(actual);
}

static void test_matrix_and_neighbors(void **state)
{
	const Data *data = *state;
	VkComputeContext *ctx = context_new(NULL, 0);
	float *matrix = allocate((size_t)N * N, sizeof(*matrix));

	context_upload(ctx, data);
	succeed(ctx, vkc_compute_similarity_matrix(ctx, matrix));
	check_large_matrix(data, matrix);
	check_large_neighbors(ctx, matrix);
	free(matrix);
	vkc_destroy(ctx);
}

static void test_sequence(void **state)
{
	const Data *data = *state;
	VkComputeContext *ctx = context_new(NULL, 0);
	uint32_t *sequence = allocate(N, sizeof(*sequence));
	uint32_t differences;

	context_upload(ctx, data);
	succeed(ctx, vkc_compute_diversity_sequence(ctx, 1234, sequence));
	assert_int_equal(sequence[0], 1234);
	differences = check_sequence(data, sequence, N, 1, "%u x %u", N, D);
	print_message("%u of %u positions equal to float64.\n", N - differences, N);
	free(sequence);
	vkc_destroy(ctx);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix_and_neighbors),
		cmocka_unit_test(test_sequence),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
