/* SPDX-License-Identifier: MIT
 *
 * Which sets are a common factor times integers of 8 bits, and what the integers are. */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/integers.h"

enum {
	ROWS = 40,
	DIM = 21, /* the last quad of a row is not full */
	QUADS = 2
};

static double values[ROWS][DIM];

/* Integers from `least` to `most` times a factor. */
static void fill(int least, int most, double factor)
{
	uint64_t seed = 7;

	for (uint32_t r = 0; r < ROWS; r++)
		for (uint32_t c = 0; c < DIM; c++)
			values[r][c] =
				factor * (least + (int)random_below(&seed, (uint32_t)(most - least + 1)));
	/* Both ends, and a number that no other factor divides. */
	values[ROWS / 2][3] = factor * least;
	values[ROWS / 2][4] = factor * most;
	values[ROWS - 1][DIM - 1] = factor;
}

/* Looks for integers in the values, rounded to the type. */
static void find(VkcType type, double *mean, struct integers *integers)
{
	static float floats[ROWS][DIM];
	const void *data = values;

	if (type == VKC_FLOAT32) {
		for (uint32_t r = 0; r < ROWS; r++)
			for (uint32_t c = 0; c < DIM; c++)
				floats[r][c] = (float)values[r][c];
		data = floats;
	}
	const struct source source = {data, ROWS, DIM, DIM * type_size(type), type};
	const struct numbers numbers = {
		.source = source,
		.mean = mean,
		.exponent = source_exponent(&source),
	};
	*integers = (struct integers){0};
	assert_true(integers_find(integers, &numbers));
	assert_true(integers->sought);
}

/* The packed rows times the factor are the values, and padding is zero. */
static void check_found(VkcType type, double factor)
{
	struct integers integers;

	find(type, NULL, &integers);
	assert_non_null(integers.rows);
	assert_int_equal(integers.quads, QUADS);
	for (uint32_t r = 0; r < ROWS; r++)
		for (uint32_t c = 0; c < QUADS * 16; c++) {
			const double integer = integers.rows[r * QUADS * 16 + c];
			const double value = c < DIM ? values[r][c] : 0.0;

			if (type == VKC_FLOAT32)
				assert_true((float)value == (float)(integer * factor));
			else
				assert_true(value == integer * factor);
		}
	integers_free(&integers);
}

static void check_not_found(VkcType type)
{
	struct integers integers;

	find(type, NULL, &integers);
	assert_null(integers.rows);
	integers_free(&integers);
}

static void test_ranges(void **state)
{
	static const int ranges[][2] = {{0, 1}, {-1, 1}, {1, 5}, {-127, 127}, {-128, 127}, {126, 127}};

	(void)state;
	for (size_t i = 0; i < COUNT(ranges); i++) {
		fill(ranges[i][0], ranges[i][1], 1.0);
		check_found(VKC_FLOAT32, 1.0);
		check_found(VKC_FLOAT64, 1.0);
	}
	fill(0, 128, 1.0);
	check_not_found(VKC_FLOAT32);
	fill(-129, 0, 1.0);
	check_not_found(VKC_FLOAT32);
}

static void test_factors(void **state)
{
	/* Products with larger integers would be rounded. */
	static const struct {
		double factor;
		int largest;
	} cases[] = {
		{3.0, 127},
		{0.1, 1},
		{(double)0.1f, 127},
		{0x1p-1074, 127},
		{3 * 0x1p-1074, 127},
		{DBL_MIN, 127},
		{0x1.fffffffffffffp-1020, 1},
		{0x1.fffffffffffffp1023, 1},
		{0x1.ffffffffffp1016, 127},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		fill(-cases[i].largest, cases[i].largest, cases[i].factor);
		check_found(VKC_FLOAT64, cases[i].factor);
	}
	fill(-1, 1, (double)0.1f);
	check_found(VKC_FLOAT32, (double)0.1f);
	fill(-5, 5, 0x1p-149);
	check_found(VKC_FLOAT32, 0x1p-149);
}

/* A factor that later rows lower again and again. */
static void test_lower_factors(void **state)
{
	(void)state;
	for (uint32_t r = 0; r < ROWS; r++)
		for (uint32_t c = 0; c < DIM; c++)
			values[r][c] = c % 2 ? 120.0 : 0.0;
	values[5][3] = -60.0;
	values[9][3] = 20.0;
	values[20][4] = 15.0;
	check_found(VKC_FLOAT32, 5.0);
	values[ROWS - 1][DIM - 1] = 1.0;
	check_found(VKC_FLOAT64, 1.0);
	values[ROWS - 1][DIM - 1] = 0.5;
	check_not_found(VKC_FLOAT64);
}

/* One last bit in the last number. */
static void test_odd_end(void **state)
{
	(void)state;
	fill(0, 1, 0.1);
	values[ROWS - 1][DIM - 1] = nextafter(0.1, 1.0);
	check_not_found(VKC_FLOAT64);
	fill(-127, 127, 1.0);
	values[ROWS - 1][DIM - 1] = 100 + 0x1p-40;
	check_not_found(VKC_FLOAT64);
	values[ROWS - 1][DIM - 1] = 1e300;
	check_not_found(VKC_FLOAT64);
}

static void test_zeros(void **state)
{
	(void)state;
	memset(values, 0, sizeof(values));
	check_found(VKC_FLOAT32, 1.0);
	values[ROWS - 1][2] = -0.25;
	values[ROWS - 1][3] = -0.0;
	check_found(VKC_FLOAT32, 0.25);
}

static void test_others(void **state)
{
	double mean[DIM] = {0};
	struct integers integers;
	uint64_t seed = 3;

	(void)state;
	fill(0, 1, 1.0);
	find(VKC_FLOAT64, mean, &integers);
	assert_null(integers.rows);
	for (uint32_t r = 0; r < ROWS; r++)
		for (uint32_t c = 0; c < DIM; c++)
			values[r][c] = random_normal(&seed);
	check_not_found(VKC_FLOAT32);
	check_not_found(VKC_FLOAT64);
}

/* Sizes beyond the limits are refused before any number is read. */
static void test_sizes(void **state)
{
	const struct source sources[] = {
		{NULL, 1, INTEGERS_MAX_DIM + 1, 0, VKC_FLOAT32},
		{NULL, 1 << 23, 1, 0, VKC_FLOAT32},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		const struct numbers numbers = {.source = sources[i]};
		struct integers integers = {0};

		assert_true(integers_find(&integers, &numbers));
		assert_null(integers.rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_factors),
		cmocka_unit_test(test_lower_factors),
		cmocka_unit_test(test_odd_end),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
