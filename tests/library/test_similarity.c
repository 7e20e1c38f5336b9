/* SPDX-License-Identifier: MIT
 *
 * The similarity matrix compared with the reference, and all ways to request a part of it compared
 * with the whole.
 */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "reference.h"

static float *whole_matrix(VkComputeContext *ctx, uint32_t n)
{
	float *matrix = allocate((size_t)n * n, sizeof(*matrix));

	succeed(ctx, vkc_compute_similarity_matrix(ctx, matrix));
	return matrix;
}

static void check_data(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t d)
{
	Data data = data_make(kind, n, d, n + d);
	float *matrix;

	context_upload(ctx, &data);
	matrix = whole_matrix(ctx, n);
	check_matrix(&data, matrix, "%s, %u x %u", data_kind_name(kind), n, d);
	free(matrix);
	data_free(&data);
}

static void test_every_size(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17,
	                                 63, 64, 65, 127, 129, 500, 1000, 2000};
	static const uint32_t dims[] = {33, 64, 7, 100, 31};

	for (uint32_t i = 0; i < COUNT(sizes); i++)
		check_data(*state, i % DATA_KINDS, sizes[i], dims[i % COUNT(dims)]);
}

static void test_every_kind(void **state)
{
	static const uint32_t dims[] = {1, 2, 3, 5, 768, 1000, 4096};

	for (DataKind kind = 0; kind < DATA_KINDS; kind++)
		for (uint32_t i = 0; i < COUNT(dims); i++)
			check_data(*state, kind, 70, dims[i]);
}

/* Uploads the numbers through vkc_upload(), and compares with the reference for the same numbers.
 * */
static void check_upload(VkComputeContext *ctx, VkcType type, const void *numbers,
                         uint64_t row_stride, uint32_t flags, const Data *data, const char *what)
{
	VkcEmbeddings embeddings = {
		.struct_size = sizeof(embeddings),
		.type = type,
		.data = numbers,
		.num_embeddings = data->n,
		.embedding_dim = data->d,
		.row_stride = row_stride,
		.flags = flags,
	};
	float *matrix;

	succeed(ctx, vkc_upload(ctx, &embeddings));
	matrix = whole_matrix(ctx, data->n);
	check_matrix(data, matrix, "%s", what);
	free(matrix);
}

static void test_float64(void **state)
{
	Data data = data_make(DATA_RANDOM, 50, 37, 1);
	uint64_t seed = 2;

	/* More digits than a float holds. */
	for (uint32_t at = 0; at < 50 * 37; at++)
		data.doubles[at] = random_normal(&seed);
	check_upload(*state, VKC_FLOAT64, data.doubles, 0, 0, &data, "float64");
	data_free(&data);
}

static void test_extreme_magnitudes(void **state)
{
	Data data = data_make(DATA_RANDOM, 60, 40, 3);

	/* The squares of these numbers overflow, underflow, or are subnormal. */
	for (uint32_t at = 0; at < 60 * 40; at++)
		data.doubles[at] *= pow(10, (double)(at / 40 % 3) * 305 - 305);
	check_upload(*state, VKC_FLOAT64, data.doubles, 0, 0, &data, "float64 from 1e-305 to 1e305");
	for (uint32_t at = 0; at < 60 * 40; at++) {
		data.floats[at] *= at / 40 % 2 ? 1e37f : 1e-40f;
		data.doubles[at] = data.floats[at];
	}
	check_upload(*state, VKC_FLOAT32, data.floats, 0, 0, &data, "float32 from 1e-40 to 1e37");
	data_free(&data);
}

static double half_value(uint16_t bits)
{
	int exponent = bits >> 10 & 31;
	int fraction = bits & 1023;
	double value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);

	return bits >> 15 ? -value : value;
}

static void test_float16(void **state)
{
	Data data = data_make(DATA_RANDOM, 64, 33, 4);
	uint16_t *halves = allocate(64 * 33, sizeof(*halves));
	uint64_t seed = 5;

	/* Any finite bit pattern; only subnormal numbers in rows 0 to 15, both kinds in rows 16 to 31.
	 * */
	for (uint32_t at = 0; at < 64 * 33; at++) {
		uint32_t bound = at < 16 * 33 ? 0x400 : at < 32 * 33 ? 0x1000
		                                                     : 0x7c00;
		uint32_t magnitude = random_below(&seed, bound);

		halves[at] = (uint16_t)(magnitude | random_below(&seed, 2) << 15);
		data.doubles[at] = half_value(halves[at]);
	}
	check_upload(*state, VKC_FLOAT16, halves, 0, 0, &data, "float16");
	free(halves);
	data_free(&data);
}

static void test_row_stride(void **state)
{
	enum {
		N = 31,
		D = 17,
		GAP = 5
	};
	static const VkcType types[] = {VKC_FLOAT32, VKC_FLOAT64, VKC_FLOAT16};
	static const uint32_t sizes[] = {4, 8, 2};
	Data data = data_make(DATA_INTEGERS, N, D, 6);

	for (uint32_t t = 0; t < COUNT(types); t++) {
		uint64_t stride = (D + GAP) * sizes[t];
		unsigned char *padded = allocate(N, stride);

		/* The padding between the rows is not a number and must not be read. */
		for (uint32_t at = 0; at < N * stride; at++)
			padded[at] = 0xff;
		for (uint32_t i = 0; i < N; i++) {
			for (uint32_t c = 0; c < D; c++) {
				/* -2 ... 2 as float16. */
				static const uint16_t halves[] = {0xc000, 0xbc00, 0, 0x3c00, 0x4000};
				double value = data.doubles[i * D + c];
				void *to = padded + i * stride + c * sizes[t];

				if (types[t] == VKC_FLOAT32)
					*(float *)to = (float)value;
				else if (types[t] == VKC_FLOAT64)
					*(double *)to = value;
				else
					*(uint16_t *)to = halves[(int)value + 2];
			}
		}
		check_upload(*state, types[t], padded, stride, 0, &data, "rows with gaps");
		free(padded);
	}
	data_free(&data);
}

static void test_last_row_may_end_at_its_last_number(void **state)
{
	Data data = data_make(DATA_RANDOM, 3, 2, 7);
	/* Exactly as long as needed, so that a sanitizer detects a read past the last row. */
	float *floats = allocate(2 * 100 + 2, sizeof(*floats));

	for (uint32_t i = 0; i < 3; i++)
		for (uint32_t c = 0; c < 2; c++)
			floats[i * 100 + c] = data.floats[i * 2 + c];
	check_upload(*state, VKC_FLOAT32, floats, 100 * sizeof(*floats), 0, &data, "last row");
	free(floats);
	data_free(&data);
}

static void test_centring(void **state)
{
	Data data = data_make(DATA_ANISOTROPIC, 90, 21, 8);

	reference_center(data.doubles, data.n, data.d);
	check_upload(*state, VKC_FLOAT32, data.floats, 0, VKC_CENTER, &data, "centred");
	data_free(&data);
}

static void test_centring_of_huge_numbers(void **state)
{
	Data data = data_make(DATA_RANDOM, 90, 21, 8);
	double *huge = allocate(90 * 21, sizeof(*huge));

	/* Their sums overflow a float64. */
	for (uint32_t at = 0; at < 90 * 21; at++)
		data.doubles[at] = huge[at] = (data.doubles[at] + 5) * 1e307;
	reference_center(data.doubles, data.n, data.d);
	check_upload(*state, VKC_FLOAT64, huge, 0, VKC_CENTER, &data, "huge and centred");
	free(huge);
	data_free(&data);
}

static void test_centring_equal_rows_leaves_zero_rows(void **state)
{
	Data data = data_make(DATA_RANDOM, 12, 9, 9);

	for (uint32_t at = 0; at < 12 * 9; at++) {
		data.floats[at] = data.floats[at % 9];
		data.doubles[at] = 0;
	}
	check_upload(*state, VKC_FLOAT32, data.floats, 0, VKC_CENTER, &data, "equal rows, centred");
	data.n = 1;
	check_upload(*state, VKC_FLOAT32, data.floats, 0, VKC_CENTER, &data, "one row, centred");
	data_free(&data);
}

/* Sums of float64 are rounded, but the mean of equal rows must still be that row. */
static void test_centring_equal_rows_of_float64(void **state)
{
	enum {
		N = 49,
		D = 300
	};
	Data zeros = data_make(DATA_RANDOM, N, D, 9);
	double *equal = allocate((size_t)N * D, sizeof(*equal));
	uint64_t seed = 3;

	for (uint32_t at = 0; at < N * D; at++) {
		equal[at] = at < D ? random_normal(&seed) : equal[at - D];
		zeros.doubles[at] = 0;
	}
	for (zeros.n = 1; zeros.n <= N; zeros.n += 3)
		check_upload(*state, VKC_FLOAT64, equal, 0, VKC_CENTER, &zeros, "equal rows of float64");
	free(equal);
	data_free(&zeros);
}

/* Checks rows requested before and after the whole matrix is computed. */
static void check_rows(VkComputeContext *ctx, const Data *data, const float *matrix,
                       uint32_t first_row, uint32_t num_rows)
{
	size_t size = (size_t)num_rows * data->n * sizeof(float);
	float *rows = allocate((size_t)num_rows * data->n, sizeof(*rows));

	succeed(ctx, vkc_compute_similarity_rows(ctx, first_row, num_rows, rows));
	check_bytes(rows, matrix + (size_t)first_row * data->n, size,
	            "rows %u + %u of %u", first_row, num_rows, data->n);
	free(rows);
}

static void check_pieces(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t d)
{
	Data data = data_make(kind, n, d, 10);
	uint32_t middle = n / 2;
	float *matrix;

	context_upload(ctx, &data);
	matrix = whole_matrix(ctx, n);
	for (int again = 0; again < 2; again++) {
		check_rows(ctx, &data, matrix, n - 1, 1);
		check_rows(ctx, &data, matrix, 0, 1);
		check_rows(ctx, &data, matrix, middle, n - middle);
		check_rows(ctx, &data, matrix, 0, middle);
		check_rows(ctx, &data, matrix, n / 3, n / 2);
		check_rows(ctx, &data, matrix, 0, n);
		/* The second round starts without any computed rows. */
		context_upload(ctx, &data);
	}
	free(matrix);
	data_free(&data);
}

static void test_rows_are_pieces_of_the_whole(void **state)
{
	check_pieces(*state, DATA_ZEROS, 2, 3);
	check_pieces(*state, DATA_CLUSTERED, 65, 10);
	check_pieces(*state, DATA_DUPLICATES, 500, 33);
	check_pieces(*state, DATA_RANDOM, 1500, 16);
}

static void test_no_rows_is_nothing_to_do(void **state)
{
	Data data = data_make(DATA_RANDOM, 5, 4, 11);

	context_upload(*state, &data);
	succeed(*state, vkc_compute_similarity_rows(*state, 3, 0, NULL));
	data_free(&data);
}

static void check_packed(VkComputeContext *ctx, DataKind kind, uint32_t n, uint32_t d)
{
	Data data = data_make(kind, n, d, 12);
	size_t pairs = (size_t)n * (n - 1) / 2;
	float *packed = allocate(pairs, sizeof(*packed));
	float *expected = allocate(pairs, sizeof(*expected));
	float *next = expected;
	float *matrix;

	context_upload(ctx, &data);
	/* Before the whole matrix is requested, and after. */
	succeed(ctx, vkc_compute_similarity_packed(ctx, packed));
	matrix = whole_matrix(ctx, n);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = i + 1; j < n; j++)
			*next++ = matrix[(size_t)i * n + j];
	check_bytes(packed, expected, pairs * sizeof(float), "packed, n = %u", n);
	succeed(ctx, vkc_compute_similarity_packed(ctx, packed));
	check_bytes(packed, expected, pairs * sizeof(float), "packed again, n = %u", n);
	free(packed);
	free(expected);
	free(matrix);
	data_free(&data);
}

static void test_packed_is_what_lies_above_the_diagonal(void **state)
{
	static const uint32_t sizes[] = {2, 3, 8, 65, 333, 1500};

	for (uint32_t i = 0; i < COUNT(sizes); i++)
		check_packed(*state, i % DATA_KINDS, sizes[i], 20);
}

static void test_packed_of_one_row_is_empty(void **state)
{
	Data data = data_make(DATA_RANDOM, 1, 4, 13);

	context_upload(*state, &data);
	succeed(*state, vkc_compute_similarity_packed(*state, NULL));
	data_free(&data);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_float64),
		cmocka_unit_test(test_extreme_magnitudes),
		cmocka_unit_test(test_float16),
		cmocka_unit_test(test_row_stride),
		cmocka_unit_test(test_last_row_may_end_at_its_last_number),
		cmocka_unit_test(test_centring),
		cmocka_unit_test(test_centring_of_huge_numbers),
		cmocka_unit_test(test_centring_equal_rows_leaves_zero_rows),
		cmocka_unit_test(test_centring_equal_rows_of_float64),
		cmocka_unit_test(test_rows_are_pieces_of_the_whole),
		cmocka_unit_test(test_no_rows_is_nothing_to_do),
		cmocka_unit_test(test_packed_is_what_lies_above_the_diagonal),
		cmocka_unit_test(test_packed_of_one_row_is_empty),
	};

	return cmocka_run_group_tests(tests, context_setup, context_teardown);
}
