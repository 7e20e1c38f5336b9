/* SPDX-License-Identifier: MIT
 *
 * Diversity sequences compared with the rule of the reference, and all ways to request the same
 * elements compared with each other.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "reference.h"

static uint32_t *sequence_from(VkComputeContext *ctx, uint32_t n, uint32_t start)
{
	uint32_t *sequence = allocate(n, sizeof(*sequence));

	memset(sequence, 0xee, n * sizeof(*sequence));
	succeed(ctx, vkc_compute_diversity_sequence(ctx, start, sequence));
	return sequence;
}

static void check_start(VkComputeContext *ctx, const Data *data, uint32_t start, const char *what)
{
	uint32_t *sequence = sequence_from(ctx, data->n, start);

	assert_int_equal(sequence[0], start);
	check_sequence(data, sequence, data->n, 1, "%s, %u x %u, start %u", what, data->n, data->d,
	               start);
	free(sequence);
}

static void check_data(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t d)
{
	Data data = data_make(kind, n, d, 3 * n + d);

	context_upload(ctx, &data);
	check_start(ctx, &data, n - 1, data_kind_name(kind));
	check_start(ctx, &data, n / 3, data_kind_name(kind));
	data_free(&data);
}

static void test_every_size(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17,
	                                 63, 64, 65, 127, 129, 500, 1000, 2000, 4099};
	static const uint32_t dims[] = {33, 64, 7, 100, 31};

	/* The largest sizes have the kinds without ties, which are the quickest. */
	for (uint32_t i = 0; i < COUNT(sizes); i++)
		check_data(*state, (i + 4) % DATA_KINDS, sizes[i], dims[i % COUNT(dims)]);
}

static void test_every_kind(void **state)
{
	static const uint32_t dims[] = {1, 2, 3, 5, 65, 768};

	for (DataKind kind = 0; kind < DATA_KINDS; kind++)
		for (uint32_t i = 0; i < COUNT(dims); i++)
			check_data(*state, kind, 70, dims[i]);
	check_data(*state, DATA_CLUSTERED, 100, 4096);
}

static void test_centring(void **state)
{
	Data data = data_make(DATA_ANISOTROPIC, 300, 20, 1);
	VkcEmbeddings embeddings = {
		.struct_size = sizeof(embeddings),
		.type = VKC_FLOAT32,
		.data = data.floats,
		.num_embeddings = data.n,
		.embedding_dim = data.d,
		.flags = VKC_CENTER,
	};

	reference_center(data.doubles, data.n, data.d);
	succeed(*state, vkc_upload(*state, &embeddings));
	check_start(*state, &data, 17, "centred");
	data_free(&data);
}

/* If every cosine is -1, 0 or 1 and every length a power of two, the scores of the reference are
 * exact, and so are its ties. */
static void test_exact_ties_go_to_the_lowest_index(void **state)
{
	enum {
		N = 200
	};
	uint32_t expected[N];

	for (uint32_t d = 1; d < 40; d += 6) {
		Data data = data_make(DATA_AXES, N, d, d);

		context_upload(*state, &data);
		for (uint32_t start = 0; start < N; start += 66) {
			uint32_t *sequence = sequence_from(*state, N, start);

			reference_sequence(data.doubles, N, d, start, N, expected);
			check_bytes(sequence, expected, sizeof(expected), "d = %u, start %u", d,
			            start);
			free(sequence);
		}
		data_free(&data);
	}
}

/* Every step has all rows left as contenders, and a submission takes all steps at once. The loops
 * must stay below the driver's limit. */
static void test_equal_rows_in_one_submission(void **state)
{
	enum {
		N = 3000
	};
	static const char *const tunings[] = {"submit_us=100000000",
	                                      "submit_us=100000000,walk_pieces=1,subgroup=0"};
	static uint32_t expected[N], sequence[N];
	Data data = {.n = N, .d = 1, .floats = allocate(N, sizeof(float))};

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		data.floats[i] = 1;
		expected[i] = i;
	}
	for (size_t t = 0; t < COUNT(tunings); t++) {
		VkComputeContext *ctx = context_new(tunings[t], 0);

		context_upload(ctx, &data);
		succeed(ctx, vkc_compute_diversity_sequence(ctx, 0, sequence));
		check_bytes(sequence, expected, sizeof(expected), "tuning '%s'", tunings[t]);
		vkc_destroy(ctx);
	}
	data_free(&data);
}

static void test_zero_rows_only(void **state)
{
	enum {
		N = 70
	};
	float zeros[N * 3] = {0};
	uint32_t expected[N];
	uint32_t *sequence;

	succeed(*state, vkc_upload_embeddings(*state, zeros, N, 3));
	sequence = sequence_from(*state, N, 40);
	expected[0] = 40;
	for (uint32_t t = 1; t < N; t++)
		expected[t] = t <= 40 ? t - 1 : t;
	check_bytes(sequence, expected, sizeof(expected), "zero rows only");
	free(sequence);
}

/* A row and its opposite have the mean zero. All scores are equal, including that of a zero row,
 * and a rounding error would break the tie either way. */
static void test_opposite_rows(void **state)
{
	enum {
		N = 66,
		D = 11
	};
	static const uint32_t prefixes[2][2] = {{7, 33}, {33, 7}};

	for (uint32_t zero = 0; zero < N; zero += N - 1) {
		Data data = data_make(DATA_UNNORMALISED, N, D, 2);
		uint32_t results[2][3];

		for (uint32_t c = 0; c < D; c++) {
			data.floats[33 * D + c] = -data.floats[7 * D + c];
			data.floats[zero * D + c] = 0;
		}
		context_upload(*state, &data);
		succeed(*state, vkc_compute_diversity_sequences(*state, prefixes[0], 2, 2, 3,
		                                                results[0]));
		assert_int_equal(results[0][2], 0);
		assert_int_equal(results[1][2], 0);
		data_free(&data);
	}
}

static uint32_t *all_starts(uint32_t n)
{
	uint32_t *starts = allocate(n, sizeof(*starts));

	for (uint32_t i = 0; i < n; i++)
		starts[i] = i;
	return starts;
}

static void check_batches(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t length)
{
	Data data = data_make(kind, n, 9, n);
	const uint32_t batches[] = {1, 3, 64, n};
	size_t row = length * sizeof(uint32_t);
	uint32_t *starts = all_starts(n);
	uint32_t *expected = allocate((size_t)n * length, sizeof(*expected));
	uint32_t *actual = allocate((size_t)n * length, sizeof(*actual));

	context_upload(ctx, &data);
	for (uint32_t start = 0; start < n; start++) {
		uint32_t *sequence = sequence_from(ctx, n, start);

		memcpy(expected + (size_t)start * length, sequence, row);
		if (start % 50 == 0)
			check_sequence(&data, sequence, n, 1, "%s, start %u",
			               data_kind_name(kind), start);
		free(sequence);
	}
	for (uint32_t i = 0; i < COUNT(batches); i++) {
		memset(actual, 0xee, n * row);
		for (uint32_t first = 0; first < n; first += batches[i]) {
			uint32_t count = n - first < batches[i] ? n - first : batches[i];

			succeed(ctx, vkc_compute_diversity_sequences(
							 ctx, starts + first, count, 1, length,
							 actual + (size_t)first * length));
		}
		check_bytes(actual, expected, n * row, "%s, n = %u, length %u, batches of %u",
		            data_kind_name(kind), n, length, batches[i]);
	}
	free(starts);
	free(expected);
	free(actual);
	data_free(&data);
}

static void test_batches(void **state)
{
	check_batches(*state, DATA_RANDOM, 200, 200);
	check_batches(*state, DATA_CLUSTERED, 131, 100);
	check_batches(*state, DATA_INTEGERS, 150, 1);
}

/* As many walks as fit at a time, with all that they need. Short orders leave their heads and lists
 * the largest part of the memory. */
static void test_a_low_memory_limit(void **state)
{
	enum {
		N = 64,
		STARTS = 9000
	};
	static const uint32_t lengths[] = {2, N};
	static const uint64_t limits[] = {400000, 4000000};
	static uint32_t starts[STARTS], sequences[STARTS * N], expected[N * N];
	Data data = data_make(DATA_RANDOM, N, 4, 1);

	(void)state;
	for (uint32_t s = 0; s < STARTS; s++)
		starts[s] = s % N;
	for (size_t i = 0; i < COUNT(lengths) * COUNT(limits); i++) {
		const uint32_t length = lengths[i % 2];
		VkComputeContext *ctx = context_new("direct=0", limits[i / 2]);

		context_upload(ctx, &data);
		succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, N, 1, length, expected));
		succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, STARTS, 1, length, sequences));
		for (uint32_t s = 0; s < STARTS; s++)
			check_bytes(sequences + (size_t)s * length, expected + (size_t)(s % N) * length,
			            length * sizeof(*sequences), "sequence %u", s);
		vkc_destroy(ctx);
	}
	data_free(&data);
}

static void test_all_starts_on_duplicates(void **state)
{
	check_batches(*state, DATA_DUPLICATES, 160, 160);
	check_batches(*state, DATA_AXES, 100, 100);
	check_batches(*state, DATA_ZEROS, 90, 90);
}

static void test_the_same_start_twice(void **state)
{
	enum {
		N = 50
	};
	Data data = data_make(DATA_CLUSTERED, N, 6, 3);
	uint32_t starts[5] = {9, 4, 9, 9, 4};
	uint32_t results[5][N];

	context_upload(*state, &data);
	succeed(*state, vkc_compute_diversity_sequences(*state, starts, 5, 1, N, results[0]));
	check_bytes(results[2], results[0], sizeof(results[0]), "third against first");
	check_bytes(results[3], results[0], sizeof(results[0]), "fourth against first");
	check_bytes(results[4], results[1], sizeof(results[0]), "fifth against second");
	data_free(&data);
}

static void test_a_continued_prefix_is_the_whole(void **state)
{
	enum {
		N = 220
	};
	static const uint32_t lengths[] = {1, 2, 3, 63, 64, 110, N - 1, N};
	Data data = data_make(DATA_CLUSTERED, N, 14, 4);
	static const uint32_t starts[3] = {0, 100, N - 1};
	uint32_t whole[3][N];
	uint32_t prefixes[3 * N];
	uint32_t actual[3][N];

	context_upload(*state, &data);
	succeed(*state, vkc_compute_diversity_sequences(*state, starts, 3, 1, N, whole[0]));
	for (uint32_t i = 0; i < COUNT(lengths); i++) {
		uint32_t length = lengths[i];

		for (uint32_t s = 0; s < 3; s++)
			memcpy(prefixes + s * length, whole[s], length * sizeof(uint32_t));
		/* After a new upload, nothing of the first computation remains. */
		context_upload(*state, &data);
		succeed(*state, vkc_compute_diversity_sequences(*state, prefixes, 3, length, N,
		                                                actual[0]));
		check_bytes(actual, whole, sizeof(whole), "continued after %u", length);
	}
	data_free(&data);
}

static void test_a_prefix_of_ones_own(void **state)
{
	enum {
		N = 180
	};
	Data data = data_make(DATA_UNNORMALISED, N, 14, 5);
	uint32_t prefix[40];
	uint32_t result[N];

	for (uint32_t t = 0; t < COUNT(prefix); t++)
		prefix[t] = (t * 101 + 5) % N;
	context_upload(*state, &data);
	succeed(*state, vkc_compute_diversity_sequences(*state, prefix, 1, COUNT(prefix), N,
	                                                result));
	check_bytes(result, prefix, sizeof(prefix), "the prefix in the result");
	check_sequence(&data, result, N, COUNT(prefix), "after the prefix");
	data_free(&data);
}

static void test_a_shorter_length_is_the_beginning(void **state)
{
	enum {
		N = 300
	};
	static const uint32_t lengths[] = {1, 2, 17, 128, N - 1, N};
	Data data = data_make(DATA_RANDOM, N, 10, 6);
	uint32_t start = 123;
	uint32_t actual[N];
	uint32_t *whole;

	context_upload(*state, &data);
	whole = sequence_from(*state, N, start);
	for (uint32_t i = 0; i < COUNT(lengths); i++) {
		succeed(*state, vkc_compute_diversity_sequences(*state, &start, 1, 1, lengths[i],
		                                                actual));
		check_bytes(actual, whole, lengths[i] * sizeof(uint32_t), "length %u", lengths[i]);
	}
	free(whole);
	data_free(&data);
}

static void test_nothing_is_written_behind_the_output(void **state)
{
	enum {
		N = 77,
		GUARD = 0x5a5a5a5a
	};
	Data data = data_make(DATA_RANDOM, N, 10, 7);
	uint32_t starts[2] = {3, 4};
	uint32_t actual[2 * 20 + 1];

	context_upload(*state, &data);
	actual[2 * 20] = GUARD;
	succeed(*state, vkc_compute_diversity_sequences(*state, starts, 2, 1, 20, actual));
	assert_int_equal(actual[2 * 20], GUARD);
	data_free(&data);
}

static void test_no_sequences_is_nothing_to_do(void **state)
{
	Data data = data_make(DATA_RANDOM, 5, 4, 8);

	context_upload(*state, &data);
	succeed(*state, vkc_compute_diversity_sequences(*state, NULL, 0, 1, 5, NULL));
	data_free(&data);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_centring),
		cmocka_unit_test(test_exact_ties_go_to_the_lowest_index),
		cmocka_unit_test(test_equal_rows_in_one_submission),
		cmocka_unit_test(test_zero_rows_only),
		cmocka_unit_test(test_opposite_rows),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_a_low_memory_limit),
		cmocka_unit_test(test_all_starts_on_duplicates),
		cmocka_unit_test(test_the_same_start_twice),
		cmocka_unit_test(test_a_continued_prefix_is_the_whole),
		cmocka_unit_test(test_a_prefix_of_ones_own),
		cmocka_unit_test(test_a_shorter_length_is_the_beginning),
		cmocka_unit_test(test_nothing_is_written_behind_the_output),
		cmocka_unit_test(test_no_sequences_is_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, context_setup, context_teardown);
}
