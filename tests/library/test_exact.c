/* SPDX-License-Identifier: MIT
 *
 * Exact decisions against rational arithmetic: random and adversarial numbers of every type. */
#include <errno.h>
#include <gmp.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/exact_pool.h"
#include "data/row_set.h"
#include "data/mean.h"

enum {
	MAX_ROWS = 64,
	MAX_DIM = 300
};

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 32) % bound;
}

/* -1 to 1 */
static double random_unit(void)
{
	return random_below(1u << 31) * 0x1p-30 - 1.0 + random_below(1u << 30) * 0x1p-60;
}

/* A set of numbers under test, and what it is called in messages. */
struct set {
	const char *name;
	VkcType type;
	uint32_t num_rows, dim;
	double values[MAX_ROWS][MAX_DIM];
};

static struct set set;

static uint16_t to_half(double value)
{
	/* The values of the tests are multiples of 2^-24 below 65,536, so that this is exact or
	 * truncates. */
	uint16_t sign = signbit(value) ? 0x8000 : 0;
	value = fabs(value);
	if (value < 0x1p-14)
		return sign | (uint16_t)(value * 0x1p24);
	int exponent;
	double fraction = frexp(value, &exponent);
	return (uint16_t)(sign | (exponent + 14) << 10 | ((int)(fraction * 2048) & 1023));
}

/* Stores the set in its type, `offset` bytes from an aligned address, and opens it. */
static void open_set(unsigned char *memory, size_t offset, bool center, struct numbers *numbers,
                     struct exact *exact)
{
	struct error error = {0};
	const size_t size = type_size(set.type);
	struct source source = {memory + offset, set.num_rows, set.dim, set.dim * size, set.type};
	for (uint32_t r = 0; r < set.num_rows; r++)
		for (uint32_t c = 0; c < set.dim; c++) {
			unsigned char *to = memory + offset + r * source.stride + c * size;
			const float number = (float)set.values[r][c];
			const uint16_t half = set.type == VKC_FLOAT16 ? to_half(set.values[r][c]) : 0;
			if (set.type == VKC_FLOAT64)
				memcpy(to, &set.values[r][c], size);
			else if (set.type == VKC_FLOAT32)
				memcpy(to, &number, size);
			else
				memcpy(to, &half, size);
		}
	double *mean = center ? calloc(set.dim, sizeof(*mean)) : NULL;
	if (center)
		source_mean(&source, mean);
	assert_true(numbers_keep(numbers, &source, true));
	numbers->mean = mean;
	numbers->exponent = source_exponent(&source);
	assert_int_equal(exact_open(exact, numbers, 1, &error), VKC_SUCCESS);
}

/* dot = row · sum and squares = |row|^2, in rational numbers. */
static void reference_score(const double *row, mpq_t *sum, uint32_t dim, mpq_t dot, mpq_t squares)
{
	mpq_t value, product;
	mpq_inits(value, product, NULL);
	mpq_set_ui(dot, 0, 1);
	mpq_set_ui(squares, 0, 1);
	for (uint32_t c = 0; c < dim; c++) {
		mpq_set_d(value, row[c]);
		mpq_mul(product, value, sum[c]);
		mpq_add(dot, dot, product);
		mpq_mul(product, value, value);
		mpq_add(squares, squares, product);
	}
	mpq_clears(value, product, NULL);
}

/* The item with the lowest dot / sqrt(squares) by the signs and the squares of the scores. */
static uint32_t reference_lowest(const struct numbers *numbers, const uint32_t *chosen,
                                 uint32_t num_chosen, const uint32_t *items, uint32_t count)
{
	const uint32_t dim = numbers->source.dim;
	double row[MAX_DIM];
	mpq_t sum[MAX_DIM], value, dot, squares, score, best;
	uint32_t lowest = items[0];
	mpq_inits(value, dot, squares, score, best, NULL);
	for (uint32_t c = 0; c < dim; c++)
		mpq_init(sum[c]);
	for (uint32_t k = 0; k < num_chosen; k++) {
		numbers_row(numbers, chosen[k], row);
		for (uint32_t c = 0; c < dim; c++) {
			mpq_set_d(value, row[c]);
			mpq_add(sum[c], sum[c], value);
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		numbers_row(numbers, items[i], row);
		reference_score(row, sum, dim, dot, squares);
		/* The square of the score, with its sign. */
		mpq_set_ui(score, 0, 1);
		if (mpq_sgn(squares) != 0) {
			mpq_mul(score, dot, dot);
			mpq_div(score, score, squares);
			if (mpq_sgn(dot) < 0)
				mpq_neg(score, score);
		}
		int order = i == 0 ? -1 : mpq_cmp(score, best);
		if (order < 0 || (order == 0 && items[i] < lowest)) {
			mpq_set(best, score);
			lowest = items[i];
		}
	}
	for (uint32_t c = 0; c < dim; c++)
		mpq_clear(sum[c]);
	mpq_clears(value, dot, squares, score, best, NULL);
	return lowest;
}

static struct exact_counts counts;

/* Compares the decisions of some walks, each with some decisions while its sum grows, with the
 * reference. */
static void check_numbers(const struct numbers *numbers, const struct exact *exact)
{
	const uint32_t n = numbers->source.num_rows;
	struct error error = {0};
	struct exact_sum sum;
	assert_int_equal(exact_sum_open(&sum, exact, &error), VKC_SUCCESS);
	for (int walk = 0; walk < 4; walk++) {
		uint32_t order[MAX_ROWS];
		for (uint32_t i = 0; i < n; i++) {
			uint32_t j = random_below(i + 1);
			order[i] = order[j];
			order[j] = i;
		}
		for (uint32_t k = 1; k < n; k += 1 + random_below(4)) {
			/* All that are left, or a few of them. */
			uint32_t count = random_below(2) ? n - k : 1 + random_below(n - k);
			uint32_t lowest = UINT32_MAX;
			uint64_t chosen[(MAX_ROWS - 1) / 64 + 1] = {0};
			struct contender contenders[MAX_ROWS];
			for (uint32_t i = 0; i < k; i++)
				row_set_add(chosen, order[i]);
			for (uint32_t i = 0; i < count; i++)
				contenders[i].item = order[k + i];
			exact_sum_move(&sum, exact, chosen);
			assert_int_equal(exact_lowest(exact, &sum, contenders, count, &lowest, &counts,
			                              &error),
			                 VKC_SUCCESS);
			uint32_t expected = reference_lowest(numbers, order, k, order + k, count);
			if (lowest != expected)
				fail_msg("%s, type %d: after %u of %u rows of %u numbers, %u is the lowest, "
				         "but was %u.",
				         set.name, (int)set.type, k, n, set.dim, expected, lowest);
		}
	}
	exact_sum_close(&sum);
}

static void check_set(const char *name)
{
	static _Alignas(16) unsigned char memory[MAX_ROWS * MAX_DIM * sizeof(double) + 1];
	struct numbers numbers;
	struct exact exact;
	set.name = name;
	counts = (struct exact_counts){0};
	/* As they are, not aligned, and with centring. */
	for (int way = 0; way < 3; way++) {
		open_set(memory, way == 1, way == 2, &numbers, &exact);
		check_numbers(&numbers, &exact);
		exact_close(&exact);
		numbers_free(&numbers);
	}
}

/* Sets the shape, all numbers 0. */
static void start_set(VkcType type, uint32_t num_rows, uint32_t dim)
{
	set = (struct set){.type = type, .num_rows = num_rows, .dim = dim};
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
	return random_unit();
}

static double binary(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return random_below(2);
}

static double ternary(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return 0.1 * ((int)random_below(3) - 1);
}

static double sparse(uint32_t row, uint32_t column)
{
	(void)row, (void)column;
	return random_below(8) ? 0.0 : random_unit();
}

/* Integers and, of each, its negative: sums cancel. */
static double cancelling(uint32_t row, uint32_t column)
{
	static double kept[MAX_DIM];
	if (row % 2 == 0)
		kept[column] = random_unit();
	return row % 2 ? -kept[column] : kept[column];
}

/* Rows that are multiples of few, by powers of two and others. */
static double multiples(uint32_t row, uint32_t column)
{
	static double kept[3][MAX_DIM];
	if (row < 3)
		kept[row][column] = (int)random_below(512) - 256;
	return kept[row % 3][column] * (row / 3 % 4 + 1) * (row % 2 ? 0.25 : 1);
}

/* Rows 1 ulp apart. */
static double neighbours(uint32_t row, uint32_t column)
{
	static double kept[MAX_DIM];
	if (row == 0)
		kept[column] = set.type == VKC_FLOAT16 ? 1 + random_below(1024) * 0x1p-10
		                                       : (float)(2 + random_unit());
	if (random_below(set.dim) || row == 0)
		return kept[column];
	return set.type == VKC_FLOAT64   ? nextafter(kept[column], random_below(2) ? 9 : 0)
	       : set.type == VKC_FLOAT32 ? nextafterf((float)kept[column], random_below(2) ? 9 : 0)
	                                 : kept[column] + 0x1p-10;
}

/* Integers of 50 bits that hardly differ: scores that float64 cannot tell apart, of sums that it
 * can compute. */
static double close_integers(uint32_t row, uint32_t column)
{
	static double kept[MAX_DIM];
	if (row == 0)
		kept[column] = 0x1p49 + random_below(1000);
	return kept[column] + random_below(2);
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
		exponents[row] = least_exponent + (int)random_below((uint32_t)exponent_range);
	return ldexp(scaled_fill(row, column), exponents[row]);
}

static double scaled_numbers(uint32_t row, uint32_t column)
{
	return ldexp(scaled_fill(row, column),
	             least_exponent + (int)random_below((uint32_t)exponent_range));
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
	open_set(memory, 0, false, &numbers, &exact);
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

/* Threads that cannot be started from now on, and how many were asked for. The linker passes calls
 * here. */
static int threads_failing, threads_asked;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument)
{
	threads_asked++;
	if (threads_failing > 0) {
		threads_failing--;
		return EAGAIN;
	}
	return __real_pthread_create(thread, attributes, start, argument);
}

/* Reading the rows in threads gives what one thread gives, also where some or all of the threads
 * cannot be started. */
static void test_threads(void **state)
{
	enum {
		ROWS = 1001,
		DIM = 1200
	};
	static float rows[ROWS][DIM];
	struct source source = {(unsigned char *)rows, ROWS, DIM, sizeof(rows[0]), VKC_FLOAT32};
	struct numbers numbers;
	struct exact alone;
	struct error error = {0};
	(void)state;
	for (uint32_t r = 0; r < ROWS; r++)
		for (uint32_t c = 0; c < DIM; c++)
			rows[r][c] = (float)ldexp(random_unit(), r == 1 ? -40 : r == ROWS - 2 ? 30
			                                                                      : 0);
	assert_true(numbers_keep(&numbers, &source, true));
	numbers.exponent = source_exponent(&source);
	assert_int_equal(exact_open(&alone, &numbers, 1, &error), VKC_SUCCESS);
	assert_int_equal(threads_asked, 0);
	for (threads_failing = 0; threads_failing < 4; threads_failing++) {
		const int failing = threads_failing;
		struct exact exact;
		threads_asked = 0;
		assert_int_equal(exact_open(&exact, &numbers, 4, &error), VKC_SUCCESS);
		assert_int_equal(threads_asked, 3);
		assert_int_equal(threads_failing, 0);
		threads_failing = failing;
		assert_int_equal(exact.unit, alone.unit);
		assert_int_equal(exact.span, alone.span);
		assert_memory_equal(exact.norms, alone.norms, ROWS * sizeof(*alone.norms));
		exact_close(&exact);
	}
	threads_failing = 0;
	exact_close(&alone);
	numbers_free(&numbers);
}

/* The sums of a pool are those of the sets asked for, whether they are moved, emptied or copied
 * from another walk's. */
static void test_pool(void **state)
{
	enum {
		SUMS = 5
	};
	static _Alignas(16) unsigned char memory[MAX_ROWS * MAX_DIM * sizeof(double) + 1];
	struct numbers numbers;
	struct exact exact;
	struct exact_pool pool;
	struct error error = {0};
	uint64_t sets[SUMS] = {0};
	(void)state;
	start_set(VKC_FLOAT32, 60, 20);
	for (uint32_t r = 0; r < set.num_rows; r++)
		for (uint32_t c = 0; c < set.dim; c++)
			set.values[r][c] = random_below(100);
	open_set(memory, 0, false, &numbers, &exact);
	assert_true(exact.exact_dots);
	assert_true(exact_pool_open(&pool, SUMS));
	for (int i = 0; i < 5000; i++) {
		const uint32_t index = random_below(SUMS);
		uint64_t *rows = &sets[index];
		struct exact_sum *sum;
		if (random_below(20) == 0)
			*rows = random_below(2) ? 0 : sets[random_below(SUMS)];
		for (uint32_t k = random_below(12); k > 0; k--)
			row_set_add(rows, random_below(set.num_rows));
		const uint32_t size = (uint32_t)__builtin_popcountll(*rows);
		assert_int_equal(exact_pool_move(&pool, &exact, index, rows, size, &sum, &error),
		                 VKC_SUCCESS);
		assert_int_equal(sum->num_rows, size);
		for (uint32_t c = 0; c < set.dim; c++) {
			double expected = 0;
			for (uint32_t r = 0; r < set.num_rows; r++)
				expected += row_set_has(rows, r) ? set.values[r][c] : 0;
			assert_true(sum->values[c] == expected);
		}
	}
	exact_pool_close(&pool);
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
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_pool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
