/* SPDX-License-Identifier: MIT
 *
 * The values that an upload stands for, against rational arithmetic: means and differences rounded
 * once each, every float16 number, and how far rows in fixed point are from the true unit rows. */
#include "support.h"

#include <float.h>
#include <gmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mean.h"
#include "data/numbers.h"

enum {
	MAX_NUMBERS = 4096
};

static uint64_t seed;

static bool is_odd(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof(bits));
	return bits & 1;
}

/* The float64 number nearest to exact, ties to even. */
static double nearest(mpq_t exact)
{
	const double about = mpq_get_d(exact);
	const double candidates[3] = {nextafter(about, -DBL_MAX), about, nextafter(about, DBL_MAX)};
	double best = NAN;
	mpq_t distance, least;
	mpq_inits(distance, least, NULL);
	for (int i = 0; i < 3; i++) {
		mpq_set_d(distance, candidates[i]);
		mpq_sub(distance, distance, exact);
		mpq_abs(distance, distance);
		int order = isnan(best) ? -1 : mpq_cmp(distance, least);
		if (order < 0 || (order == 0 && is_odd(best))) {
			best = candidates[i];
			mpq_set(least, distance);
		}
	}
	mpq_clears(distance, least, NULL);
	return best;
}

/* Compares the mean of num_rows x dim numbers, and each row minus it, with the definition. halved:
 * differences are divided by 2. */
static void check_centred(const double *rows, uint32_t num_rows, uint32_t dim, bool halved)
{
	const struct source source = {(const unsigned char *)rows, num_rows, dim,
	                              dim * sizeof(double), VKC_FLOAT64};
	const int exponent = source_exponent(&source);
	double *mean = calloc(dim, sizeof(*mean));
	double *values = calloc(dim, sizeof(*values));
	struct numbers numbers;
	mpq_t sum, value, count;
	mpq_inits(sum, value, count, NULL);
	source_mean(&source, mean);
	assert_true(numbers_keep(&numbers, &source, false));
	numbers.mean = mean;
	numbers.exponent = exponent;
	for (uint32_t c = 0; c < dim; c++) {
		mpq_set_ui(sum, 0, 1);
		mpq_set_ui(count, num_rows, 1);
		for (uint32_t r = 0; r < num_rows; r++) {
			mpq_set_d(value, rows[r * dim + c]);
			mpq_add(sum, sum, value);
		}
		mpq_div(sum, sum, count);
		double expected = nearest(sum);
		if (mean[c] != expected)
			fail_msg("Mean of column %u of %u rows: %a instead of %a", c, num_rows, mean[c],
			         expected);
	}
	for (uint32_t r = 0; r < num_rows; r++) {
		numbers_row(&numbers, r, values);
		for (uint32_t c = 0; c < dim; c++) {
			mpq_set_d(value, rows[r * dim + c]);
			mpq_set_d(sum, mean[c]);
			mpq_sub(value, value, sum);
			if (halved)
				mpq_div_2exp(value, value, 1);
			double expected = nearest(value);
			if (values[c] != expected)
				fail_msg("Row %u, column %u: %a - %a is %a instead of %a", r, c,
				         rows[r * dim + c], mean[c], values[c], expected);
		}
	}
	mpq_clears(sum, value, count, NULL);
	numbers_free(&numbers);
	free(values);
}

static double rows[MAX_NUMBERS];

static void test_centred(void **state)
{
	/* The least exponent of each number, and how many there are. */
	static const int ranges[][2] = {
		{0, 1},
		{-30, 60},
		{-1074, 2097},
		{-1074, 20},
		{-1060, 100},
		{-920, 40},
		{-300, 600},
		{900, 100},
		{1000, 23},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		for (uint32_t num_rows = 1; num_rows <= 40; num_rows++)
			for (int kind = 0; kind < 4; kind++) {
				const uint32_t dim = num_rows > 30 ? 60 : 20;
				for (uint32_t k = 0; k < num_rows * dim; k++) {
					const int exponent =
						ranges[i][0] + (int)random_below(&seed, (uint32_t)ranges[i][1]);
					double value = kind < 2 ? random_unit(&seed) : (int)random_below(&seed, 9) - 4;
					rows[k] = ldexp(value / 4, exponent);
					/* Sums that cancel but for the last row. */
					if (kind % 2 && k / dim % 2)
						rows[k] = -rows[k - dim];
				}
				check_centred(rows, num_rows, dim, false);
			}
}

/* Columns whose mean is half way between two numbers, or next to that. */
static void test_half_way(void **state)
{
	static const double values[][4] = {
		{1, 1 + DBL_EPSILON, 1, 1 + DBL_EPSILON},
		{1 + DBL_EPSILON, 1 + 2 * DBL_EPSILON, 1 + DBL_EPSILON, 1 + 2 * DBL_EPSILON},
		{1, 1 + DBL_EPSILON, 1, 1 + 2 * DBL_EPSILON},
		{4, 4 * DBL_EPSILON / 2, 0x1p-1000, -0x1p-1000},
		{4, 4 * DBL_EPSILON / 2, 0x1p-1000, 0},
		{4, 4 * DBL_EPSILON / 2, -0x1p-1000, 0},
		{0x1p-1074, 0x1p-1074, 0, 0},
		{0x1p-1074, 0x1p-1074, 0x1p-1074, 0},
		{0x1p-1074, 0, 0, 0},
		{0x3p-1074, 0x3p-1074, 0, 0},
		{0x1p-1022, 0x1p-1074, 0x1p-1022, 0x3p-1074},
		{1e300, 1e-300, -1e300, 0},
		{1e300, 5e-324, -1e300, 1e-300},
		{4, 4 * DBL_EPSILON / 2, 0x1p-70, 0},
		{4, 4 * DBL_EPSILON / 2, -0x1p-70, 0},
		{0x1p-928, 0x1p-981, 0x1p-1000, 0},
		{0x1p-928, 0x1p-981, -0x1p-1000, 0},
		{0x2p-1074, 1, -1, 0x4p-1074},
	};
	enum {
		COLUMNS = sizeof(values) / sizeof(*values)
	};
	(void)state;
	for (int c = 0; c < COLUMNS; c++)
		for (int r = 0; r < 4; r++)
			rows[r * COLUMNS + c] = values[c][r];
	check_centred(rows, 4, COLUMNS, false);
}

/* A subnormal mean of k + 19/37 units: rounded to 53 bits before it is rounded to units, it would
 * be half way between k and k + 1. */
static void test_subnormal(void **state)
{
	(void)state;
	memset(rows, 0, 37 * sizeof(*rows));
	rows[0] = ldexp(37 * 64, -1074 + 43); /* k = 2^49 */
	rows[1] = 1;
	rows[2] = -1;
	rows[3] = 0x13p-1074;
	check_centred(rows, 37, 1, false);
}

/* The largest numbers: sums overflow, and so do differences, which are halved. */
static void test_overflow(void **state)
{
	(void)state;
	for (uint32_t num_rows = 1; num_rows <= 40; num_rows++) {
		for (uint32_t k = 0; k < num_rows * 20; k++) {
			if (k % 20 == 7)
				rows[k] = random_unit(&seed) * 0x1p-1060;
			else
				rows[k] = (random_below(&seed, 2) ? DBL_MAX : -DBL_MAX) *
				          (1 - random_below(&seed, 9) / 16.0);
		}
		rows[0] = DBL_MAX;
		check_centred(rows, num_rows, 20, true);
	}
}

static void test_half(void **state)
{
	static uint16_t halves[1 << 16];
	double value;
	(void)state;
	for (uint32_t h = 0; h < 1 << 16; h++)
		halves[h] = (uint16_t)h;
	const struct source source = {(const unsigned char *)halves, 1 << 16, 1, 2, VKC_FLOAT16};
	for (uint32_t h = 0; h < 1 << 16; h++) {
		const int exponent = h >> 10 & 31;
		if (exponent == 31)
			continue;
		double expected = exponent ? ldexp(1024 + (h & 1023), exponent - 25)
		                           : ldexp(h & 1023, -24);
		source_row(&source, h, 0, NULL, &value);
		assert_true(value == (h & 0x8000 ? -expected : expected));
	}
}

/* The bound of a fixed-point row's error holds, and is not far above the error. */
static void test_error_of_rows(void **state)
{
	static double values[MAX_NUMBERS];
	static long double exact[MAX_NUMBERS];
	static int32_t fixed[MAX_NUMBERS];
	(void)state;
	for (uint32_t dim = 1; dim <= MAX_NUMBERS; dim = dim * 3 / 2 + 1)
		for (int kind = 0; kind < 40; kind++) {
			long double norm = 0, error = 0;
			for (uint32_t c = 0; c < dim; c++) {
				values[c] = random_unit(&seed) + (kind % 3 == 0);
				if (kind % 4 == 1)
					values[c] = random_below(&seed, 2);
				if (kind % 4 == 2)
					values[c] *= ldexp(1, -(int)random_below(&seed, 60));
				exact[c] = values[c];
				norm += exact[c] * exact[c];
			}
			if (norm == 0)
				continue;
			norm = sqrtl(norm);
			double bound;
			int exponent;
			fixed_row(values, dim, &exponent, fixed, &bound);
			for (uint32_t c = 0; c < dim; c++) {
				long double difference = fixed[c] - exact[c] / norm * FIXED_ONE;
				error += difference * difference;
			}
			error = sqrtl(error);
			/* What float64 may have added, and the error of the reference itself. */
			const long double rounding = (dim + 8) * 0x1p-22L, own = (dim + 8) * 0x1p-32L;
			if (!(bound >= error - own && bound <= error * (1 + 1e-6L) + rounding))
				fail_msg("%u numbers: error %Lg, bound %g", dim, error, bound);
		}
	memset(values, 0, sizeof(values));
	double bound = 1;
	int exponent;
	assert_true(fixed_row(values, 9, &exponent, fixed, &bound) == 0.0);
	assert_true(bound == 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_centred),
		cmocka_unit_test(test_half_way),
		cmocka_unit_test(test_subnormal),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_error_of_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
