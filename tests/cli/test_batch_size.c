/* SPDX-License-Identifier: MIT
 *
 * How a long job chooses the number of sequences that it computes in one call.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jobs/batch_size.h"

/* The equivalent in cmocka differs between versions 1 and 2. */
#define expect_between(value, low, high) check_between((value), (low), (high), #value, __LINE__)

static void check_between(uint32_t value, uint32_t low, uint32_t high, const char *text, int line)
{
	if (value < low || value > high)
		fail_msg("line %d: %s is %" PRIu32 ", which is not from %" PRIu32 " to %" PRIu32,
		         line, text, value, low, high);
}

#define PATIENT 1e9 /* seconds of work that may be lost */

/* A device that takes `fixed` seconds per call and `each` seconds per sequence. */
struct device {
	double fixed, each;
};

/* Makes one call and returns its batch size. */
static uint32_t call(struct batch_size *size, struct device device)
{
	uint32_t batch = size->batch;

	expect_between(batch, 1, size->room);
	batch_size_update(size, batch, device.fixed + device.each * batch);
	return batch;
}

/* The mean batch size after many calls. */
static uint32_t settled(struct batch_size *size, struct device device)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < 100; i++)
		call(size, device);
	for (i = 0; i < 100; i++)
		sum += call(size, device);
	return (uint32_t)(sum / 100);
}

static uint32_t settled_from_start(double fixed, double each, uint32_t room)
{
	struct batch_size size;

	batch_size_begin(&size, room, 0, PATIENT);
	return settled(&size, (struct device){fixed, each});
}

static void test_pace(void **state)
{
	struct batch_size size;

	(void)state;
	/* Calls take about a second if longer ones gain nothing. */
	expect_between(settled_from_start(0, 0.01, 100000), 50, 200);
	expect_between(settled_from_start(0, 0.07, 100000), 4, 32);
	/* All sequences are computed in one call if that is fast. */
	assert_int_equal(settled_from_start(0, 1e-6, 1000), 1000);
	/* Calls take more than a second if that is much faster, but not more than eight. */
	expect_between(settled_from_start(2, 0.001, 100000), 1000, 6000);
	/* Sequences are computed one by one if each takes a minute. */
	assert_int_equal(settled_from_start(0, 60, 1000), 1);

	batch_size_begin(&size, 1000, 7, PATIENT);
	batch_size_update(&size, 7, 0.001);
	batch_size_update(&size, 7, 70);
	assert_int_equal(size.batch, 7);
	batch_size_begin(&size, 3, 7, PATIENT);
	assert_int_equal(size.batch, 3);
}

/* One slow call, for whatever reason, does not slow down the rest of the job. */
static void test_pace_recovers(void **state)
{
	const struct device device = {0, 0.01};
	struct batch_size size;
	uint32_t batch;
	int i;

	(void)state;
	/* The first call also computes the matrix and creates the pipelines. */
	batch_size_begin(&size, 100000, 0, PATIENT);
	batch_size_update(&size, size.batch, 30);
	for (i = 0; i < 12; i++)
		call(&size, device);
	expect_between(size.batch, 50, 200);
	/* The laptop was closed for an hour. */
	batch_size_update(&size, size.batch, 3600);
	assert_int_equal(size.batch, 1);
	for (i = 0; i < 12; i++)
		call(&size, device);
	expect_between(size.batch, 50, 200);
	/* Another job took most of the machine for half an hour. */
	for (i = 0; i < 300; i++)
		call(&size, (struct device){0, 2});
	expect_between(size.batch, 1, 4);
	expect_between(settled(&size, device), 50, 200);
	/* A larger batch that was tried at a bad moment is tried again. */
	batch_size_begin(&size, 100000, 0, PATIENT);
	do
		batch = call(&size, (struct device){1, 0.01});
	while (batch < 64);
	batch_size_update(&size, size.batch, 5);
	assert_int_equal(size.batch, batch);
	assert_int_equal(settled(&size, (struct device){1, 0.01}), 512);
}

/* The work at risk stays within what the user allows, unless one sequence takes longer. */
static void test_pace_keeps_to_the_limit(void **state)
{
	const struct device device = {0.5, 0.004};
	struct batch_size size;
	int i;

	(void)state;
	batch_size_begin(&size, 100000, 0, 2);
	for (i = 0; i < 200; i++) {
		uint32_t count = call(&size, device);

		assert_true(device.fixed + device.each * count <= 2);
		if (i > 0)
			assert_true(batch_size_expected(&size) <= 2.001);
	}
	assert_true(size.batch > 64);
	/* No work may be lost. */
	batch_size_begin(&size, 100000, 0, 0);
	for (i = 0; i < 20; i++)
		assert_int_equal(call(&size, device), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_pace_recovers),
		cmocka_unit_test(test_pace_keeps_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
