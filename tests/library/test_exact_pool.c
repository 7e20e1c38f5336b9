/* SPDX-License-Identifier: MIT
 *
 * The sums of walks, and the threads that decide with them. */
#include "support.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "data/exact_pool.h"
#include "data/mean.h"
#include "data/row_set.h"
#include "number_set.h"

static uint64_t seed;
static struct number_set set;

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
			rows[r][c] = (float)ldexp(random_unit(&seed), r == 1 ? -40 : r == ROWS - 2 ? 30
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
	set = (struct number_set){.type = VKC_FLOAT32, .num_rows = 60, .dim = 20};
	for (uint32_t r = 0; r < set.num_rows; r++)
		for (uint32_t c = 0; c < set.dim; c++)
			set.values[r][c] = random_below(&seed, 100);
	number_set_open(&set, memory, 0, false, &numbers, &exact);
	assert_true(exact.exact_dots);
	assert_true(exact_pool_open(&pool, SUMS));
	for (int i = 0; i < 5000; i++) {
		const uint32_t index = random_below(&seed, SUMS);
		uint64_t *rows = &sets[index];
		struct exact_sum *sum;
		if (random_below(&seed, 20) == 0)
			*rows = random_below(&seed, 2) ? 0 : sets[random_below(&seed, SUMS)];
		for (uint32_t k = random_below(&seed, 12); k > 0; k--)
			row_set_add(rows, random_below(&seed, set.num_rows));
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
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_pool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
