/* SPDX-License-Identifier: MIT
 *
 * Nearest neighbours: a stable descending sort of the rows of the similarity matrix, byte for byte.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "reference.h"

typedef struct Neighbors {
	uint32_t *indices;
	float *similarities;
} Neighbors;

static Neighbors neighbors_new(uint32_t num_rows, uint32_t k)
{
	size_t count = (size_t)num_rows * k;
	Neighbors neighbors = {
		.indices = allocate(count, sizeof(uint32_t)),
		.similarities = allocate(count, sizeof(float)),
	};

	/* Makes elements that are not written visible. */
	memset(neighbors.indices, 0xee, count * sizeof(uint32_t));
	memset(neighbors.similarities, 0xee, count * sizeof(float));
	return neighbors;
}

static void neighbors_free(Neighbors *neighbors)
{
	free(neighbors->indices);
	free(neighbors->similarities);
}

static Neighbors sorted_matrix(const float *matrix, uint32_t n, uint32_t first_row,
                               uint32_t num_rows, uint32_t k)
{
	Neighbors sorted = neighbors_new(num_rows, k);

	for (uint32_t r = 0; r < num_rows; r++) {
		const float *row = matrix + (size_t)(first_row + r) * n;
		uint32_t *indices = sorted.indices + (size_t)r * k;

		reference_neighbors(row, n, first_row + r, k, indices);
		for (uint32_t i = 0; i < k; i++)
			sorted.similarities[(size_t)r * k + i] = row[indices[i]];
	}
	return sorted;
}

static void check_range(VkComputeContext *ctx, const float *matrix, uint32_t n,
                        uint32_t first_row, uint32_t num_rows, uint32_t k)
{
	Neighbors expected = sorted_matrix(matrix, n, first_row, num_rows, k);
	Neighbors actual = neighbors_new(num_rows, k);
	size_t size = (size_t)num_rows * k * 4;

	succeed(ctx, vkc_compute_nearest_neighbors(ctx, first_row, num_rows, k, actual.indices,
	                                           actual.similarities));
	check_bytes(actual.indices, expected.indices, size, "indices, n = %u, rows %u + %u, k = %u",
	            n, first_row, num_rows, k);
	check_bytes(actual.similarities, expected.similarities, size,
	            "similarities, n = %u, rows %u + %u, k = %u", n, first_row, num_rows, k);
	neighbors_free(&expected);
	neighbors_free(&actual);
}

/* Computes the matrix of an upload, then repeats the upload so that nothing of the matrix remains.
 * */
static float *upload_and_matrix(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t d)
{
	Data data = data_make(kind, n, d, n + 7 * d);
	float *matrix = allocate((size_t)n * n, sizeof(*matrix));

	context_upload(ctx, &data);
	succeed(ctx, vkc_compute_similarity_matrix(ctx, matrix));
	context_upload(ctx, &data);
	data_free(&data);
	return matrix;
}

static void check_every_k(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t d)
{
	static const uint32_t counts[] = {1, 2, 10, 100};
	float *matrix = upload_and_matrix(ctx, kind, n, d);

	for (uint32_t i = 0; i < COUNT(counts); i++)
		if (counts[i] < n - 1)
			check_range(ctx, matrix, n, 0, n, counts[i]);
	check_range(ctx, matrix, n, 0, n, n - 1);
	free(matrix);
}

static void test_every_size(void **state)
{
	static const uint32_t sizes[] = {2, 3, 8, 16, 17, 63, 64, 65, 129, 257, 500};

	for (uint32_t i = 0; i < COUNT(sizes); i++)
		check_every_k(*state, i % DATA_KINDS, sizes[i], 24);
}

static void test_every_kind(void **state)
{
	for (DataKind kind = 0; kind < DATA_KINDS; kind++)
		check_every_k(*state, kind, 150, 5);
}

static void test_one_dimension_is_all_ties(void **state)
{
	check_every_k(*state, DATA_RANDOM, 140, 1);
	check_every_k(*state, DATA_ZEROS, 140, 1);
}

static void test_many_rows(void **state)
{
	float *matrix = upload_and_matrix(*state, DATA_DUPLICATES, 2000, 16);

	check_range(*state, matrix, 2000, 0, 2000, 10);
	check_range(*state, matrix, 2000, 990, 20, 1999);
	check_range(*state, matrix, 2000, 1900, 100, 300);
	free(matrix);
}

/* So many items that the loops of a kernel could end too early, if a driver bounds them. Ties among
 * a third of the items take the most iterations. */
static void test_very_many_items(void **state)
{
	static const DataKind kinds[] = {DATA_RANDOM, DATA_AXES};
	const uint32_t n = 200000;
	float *row = allocate(n, sizeof(*row));

	for (size_t i = 0; i < COUNT(kinds); i++) {
		Data data = data_make(kinds[i], n, 3, 5);

		context_upload(*state, &data);
		succeed(*state, vkc_compute_similarity_rows(*state, 0, 1, row));
		check_range(*state, row, n, 0, 1, 5);
		check_range(*state, row, n, 0, 1, 150);
		data_free(&data);
	}
	free(row);
}

static void test_ranges_at_the_borders(void **state)
{
	float *matrix = upload_and_matrix(*state, DATA_CLUSTERED, 300, 12);

	check_range(*state, matrix, 300, 0, 1, 7);
	check_range(*state, matrix, 300, 299, 1, 7);
	check_range(*state, matrix, 300, 299, 1, 299);
	check_range(*state, matrix, 300, 63, 2, 64);
	check_range(*state, matrix, 300, 1, 299, 3);
	check_range(*state, matrix, 300, 127, 130, 65);
	free(matrix);
}

static void test_after_the_whole_matrix(void **state)
{
	float *matrix = upload_and_matrix(*state, DATA_RANDOM, 200, 12);

	succeed(*state, vkc_compute_similarity_matrix(*state, matrix));
	check_range(*state, matrix, 200, 0, 200, 10);
	check_range(*state, matrix, 200, 50, 60, 199);
	free(matrix);
}

static void test_outputs_not_wanted(void **state)
{
	enum {
		N = 40,
		K = 6
	};
	float *matrix = upload_and_matrix(*state, DATA_RANDOM, N, 8);
	Neighbors expected = sorted_matrix(matrix, N, 0, N, K);
	Neighbors actual = neighbors_new(N, K);

	succeed(*state, vkc_compute_nearest_neighbors(*state, 0, N, K, actual.indices, NULL));
	succeed(*state, vkc_compute_nearest_neighbors(*state, 0, N, K, NULL, actual.similarities));
	check_bytes(actual.indices, expected.indices, (size_t)N * K * 4, "indices alone");
	check_bytes(actual.similarities, expected.similarities, (size_t)N * K * 4,
	            "similarities alone");
	neighbors_free(&expected);
	neighbors_free(&actual);
	free(matrix);
}

static void test_no_rows_is_nothing_to_do(void **state)
{
	Data data = data_make(DATA_RANDOM, 5, 4, 11);

	context_upload(*state, &data);
	succeed(*state, vkc_compute_nearest_neighbors(*state, 2, 0, 3, NULL, NULL));
	data_free(&data);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_one_dimension_is_all_ties),
		cmocka_unit_test(test_many_rows),
		cmocka_unit_test(test_very_many_items),
		cmocka_unit_test(test_ranges_at_the_borders),
		cmocka_unit_test(test_after_the_whole_matrix),
		cmocka_unit_test(test_outputs_not_wanted),
		cmocka_unit_test(test_no_rows_is_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, context_setup, context_teardown);
}
