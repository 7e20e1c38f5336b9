/* SPDX-License-Identifier: MIT
 *
 * Exact decisions against rational arithmetic: random and adversarial numbers of every type. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number_set.h"

static uint64_t seed;
static struct number_set set;

static void check_set(const char *name)
{
	set.name = name;
	number_set_check(&set, &seed);
}

/* Sets the shape, all numbers 0. */
static void start_set(VkcType type, uint32_t num_rows, uint32_t dim)
{
	set = (struct number_set){.type = type, .num_rows = num_rows, .dim = dim};
}

static const VkcType types[] = {VKC_FLOAT32, VKC_FLOAT64, VKC_FLOAT16};

/* Calls `fill` for each number of sets of each type and several shapes. */
static void check_fill(const char *name, double (*fill)(uint32_t row, uint32_t column))
{
	static const uint32_t shapes[][2] = {{2, 1}, {9, 2}, {30, 3}, {40, 9}, {24, 64}, {12, 300}};
	for (size_t t = 0; t < 3; t++)
		for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
			start_set(types[t], shapes[s][0], shapes[s][1]);
			for (uint32_t r = 0; r < set.num_rows; r++)
				for (uint32_t c = 0; c < set.dim; c++)
					set.values[r][c] = fill(r, c);
			check_set(name);
		}
}

static double uniform(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return random_unit(&seed);
}

static double binary(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return random_below(&seed, 2);
}

static double ternary(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return 0.1 * ((int)random_below(&seed, 3) - 1);
}

static double sparse(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return random_below(&seed, 8) ? 0.0 : random_unit(&seed);
}

/* Integers and, of each, its negative: sums cancel. */
static double cancelling(uint32_t row, uint32_t column)
{
	static double kept[MAX_DIM];
	if (row % 2 == 0)
		kept[column] = random_unit(&seed);
	return row % 2 ? -kept[column] : kept[column];
}

/* Rows that are multiples of few, by powers of two and others. */
static double multiples(uint32_t row, uint32_t column)
{
	static double kept[3][MAX_DIM];
	if (row < 3)
		kept[row][column] = (int)random_below(&seed, 512) - 256;
	return kept[row % 3][column] * (row / 3 % 4 + 1) * (row % 2 ? 0.25 : 1);
}

/* Rows 1 ulp apart. */
static double neighbours(uint32_t row, uint32_t column)
{
	static double kept[MAX_DIM];
	if (row == 0)
		kept[column] = set.type == VKC_FLOAT16 ? 1 + random_below(&seed, 1024) * 0x1p-10
		                                       : (float)(2 + random_unit(&seed));
	if (random_below(&seed, set.dim) || row == 0)
		return kept[column];
	const double direction = random_below(&seed, 2) ? 9 : 0;
	return set.type == VKC_FLOAT64   ? nextafter(kept[column], direction)
	       : set.type == VKC_FLOAT32 ? nextafterf((float)kept[column], (float)direction)
	                                 : kept[column] + 0x1p-10;
}

/* Integers of 50 bits that hardly differ: scores that float64 cannot tell apart, of sums that it
 * can compute. */
static double close_integers(uint32_t row, uint32_t column)
{
	static double kept[MAX_DIM];
	if (row == 0)
		kept[column] = 0x1p49 + random_below(&seed, 1000);
	return kept[column] + random_below(&seed, 2);
}

/* The same beside a number, of either sign, that outweighs them by far. */
static int big_exponent;

static double close_beside_big(uint32_t row, uint32_t column)
{
	return column ? close_integers(row, column) : ldexp(row % 2 ? 1 : -1, big_exponent);
}

/* Fibonacci numbers of up to 22 bits: rows of almost the same direction. Float64 cannot tell their
 * scores apart, but computes their dot products exactly. */
static double converging(uint32_t row, uint32_t column)
{
	double number = 1, next = 1;
	for (uint32_t i = 0; i < 15 + row + column; i++) {
		const double sum = number + next;
		number = next;
		next = sum;
	}
	return number;
}

static double zero(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return 0.0;
}

static void test_ordinary(void **state)
{
	(void)state;
	check_fill("uniform", uniform);
	check_fill("binary", binary);
	check_fill("ternary", ternary);
	check_fill("sparse", sparse);
	check_fill("cancelling", cancelling);
	check_fill("multiples", multiples);
	check_fill("1 ulp apart", neighbours);
	check_fill("all zero", zero);
}

/* Powers of two of each row, chosen by test_exponents(). */
static int least_exponent, exponent_range;
static double (*scaled_fill)(uint32_t row, uint32_t column);

/* Of each four rows three that have hardly a float64 number left, and an ordinary one. */
static double tiny_rows(uint32_t row, uint32_t column)
{
	return ldexp(uniform(row, column), row % 4 ? -1070 : 0);
}

static double scaled_rows(uint32_t row, uint32_t column)
{
	static int exponents[MAX_ROWS];
	if (column == 0)
		exponents[row] = least_exponent + (int)random_below(&seed, (uint32_t)exponent_range);
	return ldexp(scaled_fill(row, column), exponents[row]);
}

static double scaled_numbers(uint32_t row, uint32_t column)
{
	return ldexp(scaled_fill(row, column),
	             least_exponent + (int)random_below(&seed, (uint32_t)exponent_range));
}

static void test_exponents(void **state)
{
	static const int ranges[][3] = {
		/* type, the least exponent, how many */
		{VKC_FLOAT16, -24, 40},
		{VKC_FLOAT32, -149, 276},
		{VKC_FLOAT32, -149, 3},
		{VKC_FLOAT32, 125, 2},
		{VKC_FLOAT64, -200, 400},
		{VKC_FLOAT64, -1074, 2097},
		{VKC_FLOAT64, -1074, 4},
		{VKC_FLOAT64, -1060, 100},
		{VKC_FLOAT64, 1000, 23},
		{VKC_FLOAT64, 1021, 2},
		{VKC_FLOAT64, -420, 40},
	};
	double (*const fills[])(uint32_t, uint32_t) = {uniform, ternary, sparse, cancelling, multiples};
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		for (size_t f = 0; f < sizeof(fills) / sizeof(*fills); f++)
			for (int by_row = 0; by_row < 2; by_row++) {
				char name[80];
				least_exponent = ranges[i][1];
				exponent_range = ranges[i][2];
				scaled_fill = fills[f];
				start_set((VkcType)ranges[i][0], 16, 7);
				for (uint32_t r = 0; r < set.num_rows; r++)
					for (uint32_t c = 0; c < set.dim; c++) {
						double value = (by_row ? scaled_rows : scaled_numbers)(r, c);
						/* `multiples` may exceed the type. */
						set.values[r][c] = fmin(fmax(value, -0x1.fp1023), 0x1.fp1023);
						if (set.type == VKC_FLOAT32)
							set.values[r][c] = fmin(fmax(value, -0x1.fp127), 0x1.fp127);
						if (set.type == VKC_FLOAT16)
							set.values[r][c] = fmin(fmax(value, -65504), 65504);
					}
				snprintf(name, sizeof(name), "fill %zu times 2^%d to 2^%d, by %s", f,
				         least_exponent, least_exponent + exponent_range - 1,
				         by_row ? "row" : "number");
				check_set(name);
			}
}

static void fill_and_check(const char *name, uint32_t num_rows, uint32_t dim,
                           double (*fill)(uint32_t row, uint32_t column), int exponent)
{
	start_set(VKC_FLOAT64, num_rows, dim);
	for (uint32_t r = 0; r < num_rows; r++)
		for (uint32_t c = 0; c < dim; c++)
			set.values[r][c] = ldexp(fill(r, c), exponent);
	check_set(name);
}

static void test_close_scores(void **state)
{
	static const int exponents[] = {0, -50, -450, -1000, -1040, -1074, 450, 970};
	(void)state;
	for (size_t i = 0; i < sizeof(exponents) / sizeof(*exponents); i++)
		for (uint32_t num_rows = 5; num_rows <= 20; num_rows += 5) {
			fill_and_check("close integers", num_rows, 6, close_integers, exponents[i]);
			fill_and_check("close integers", num_rows, 290, close_integers, exponents[i]);
		}
	for (int i = 0; i < 100; i++)
		fill_and_check("converging rows", 16, 2, converging, 0);
	for (big_exponent = 30; big_exponent < 200; big_exponent++)
		fill_and_check("close integers beside a big one", 16, 5, close_beside_big, 0);
	for (int i = 0; i < 20; i++)
		fill_and_check("tiny rows", 24, 4, tiny_rows, 0);
}

/* Centring leaves nothing of the huge column and everything of the tiny ones, which are far below
 * what the upload's exponents suggest. */
static void test_huge_constant(void **state)
{
	static const int exponents[] = {300, 500, 1023};
	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (int tiny = -1074; tiny < 0; tiny += 97) {
			start_set(VKC_FLOAT64, 12, 5);
			for (uint32_t r = 0; r < set.num_rows; r++)
				for (uint32_t c = 0; c < set.dim; c++)
					set.values[r][c] = ldexp(c ? binary(r, c) * 48 : 1, c ? tiny : exponents[i]);
			check_set("a huge constant");
		}
}

/* Two rows whose scores differ by less than float64 tells, and a sum that needs all its bits. */
static void test_hidden_by_rounding(void **state)
{
	(void)state;
	/* The sum is (1, 2^-60 - 2^-60 + 2^-200): rows (1, 1) and (1, -1) differ by 2^-200 alone. */
	start_set(VKC_FLOAT64, 8, 2);
	static const double values[8][2] = {
		{1, 0x1p-60},
		{0, -0x1p-60},
		{0, 0x1p-200},
		{-3, 3},
		{-3, -3},
		{0x1p300, 0},
		{-0x1p300, 0},
		{0, 0},
	};
	for (int r = 0; r < 8; r++)
		memcpy(set.values[r], values[r], sizeof(values[r]));
	check_set("hidden by rounding");
	set.values[2][1] = 0;
	check_set("hidden by rounding, a tie");
}

/* How many more allocations succeed; negative: all. The linker passes calls here (--wrap). */
static int allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool next_fails(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
	return next_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return next_fails() ? NULL : __real_calloc(count, size);
}

/* Each allocation fails once. What failed can be repeated, with the right result. */
static void test_no_memory(void **state)
{
	static _Alignas(16) unsigned char memory[MAX_ROWS * MAX_DIM * sizeof(double) + 1];
	static const uint64_t chosen[] = {7};
	struct contender contenders[] = {{.item = 3}, {.item = 4}};
	struct numbers numbers;
	struct exact exact;
	struct exact_sum sum = {0};
	struct exact_counts counts = {0};
	struct error error = {0};
	uint32_t lowest;
	int num_failed = 0;
	(void)state;
	/* Integers are needed: rows 3 and 4 differ by 2^-200 in the sum. */
	static const double values[5][2] = {
		{1, 0x1p-60},
		{0, -0x1p-60},
		{0, 0x1p-200},
		{-3, 3},
		{-3, -3},
	};
	start_set(VKC_FLOAT64, 5, 2);
	for (int r = 0; r < 5; r++)
		memcpy(set.values[r], values[r], sizeof(values[r]));
	number_set_open(&set, memory, 0, false, &numbers, &exact);
	exact_close(&exact);
	for (int step = 0; step < 3; step++)
		for (int n = 0;; n++) {
			if (step == 2)
				exact_sum_move(&sum, &exact, chosen);
			allocations_left = n;
			VkcResult result;
			if (step == 0)
				result = exact_open(&exact, &numbers, 1, &error);
			else if (step == 1)
				result = exact_sum_open(&sum, &exact, &error);
			else
				result = exact_lowest(&exact, &sum, contenders, 2, &lowest, &counts, &error);
			const bool failed = allocations_left < 0;
			allocations_left = -1;
			assert_int_equal(result, failed ? VKC_ERROR_OUT_OF_HOST_MEMORY : VKC_SUCCESS);
			if (!failed)
				break;
			assert_non_null(strstr(error.text, "The host has no memory left"));
			num_failed++;
		}
	assert_int_equal(num_failed, 5);
	assert_int_equal(lowest, 4);
	exact_sum_close(&sum);
	exact_close(&exact);
	numbers_free(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_exponents),
		cmocka_unit_test(test_close_scores),
		cmocka_unit_test(test_huge_constant),
		cmocka_unit_test(test_hidden_by_rounding),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
