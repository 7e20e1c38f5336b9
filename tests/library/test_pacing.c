/* SPDX-License-Identifier: MIT
 *
 * How many sequences the library computes together, on simulated devices.
 */
#include "support.h"

#include "sequence/pacing.h"

enum {
	LENGTH = 100
};

#define SECONDS 1.0 /* of a call */

/* A device that takes `fixed` seconds per batch and `each` seconds per sequence. */
struct device {
	double fixed, each;
};

#define check_between(value, low, high) between((value), (low), (high), #value, __LINE__)

static void between(double value, double low, double high, const char *text, int line)
{
	if (!(value >= low && value <= high))
		fail_msg("line %d: %s is %g, which is not from %g to %g", line, text, value, low, high);
}

/* Computes one batch in a call of its own. Returns its size. */
static uint32_t call(struct pacing *pacing, struct device device)
{
	const double time = pacing_time(pacing, SECONDS);
	const uint32_t fits = pacing_fits(pacing, LENGTH, time);
	const uint32_t batch = pacing_next(pacing, LENGTH, time);

	assert_true(batch >= 1 && (batch == 1 || batch <= fits));
	pacing_note(pacing, batch, (uint64_t)batch * LENGTH, device.fixed + device.each * batch);
	if (batch == fits && fits >= pacing_fits(pacing, LENGTH, time) / 2)
		pacing_note_full(pacing);
	return batch;
}

/* The mean batch after many calls. */
static double settled(struct pacing *pacing, struct device device)
{
	double sum = 0;

	for (int i = 0; i < 100; i++)
		call(pacing, device);
	for (int i = 0; i < 100; i++)
		sum += call(pacing, device);
	return sum / 100;
}

static double settled_from_start(double fixed, double each)
{
	struct pacing pacing = {0};

	return settled(&pacing, (struct device){fixed, each});
}

static void test_pace(void **state)
{
	(void)state;
	/* Batches take about as long as a call if longer ones gain nothing. */
	check_between(settled_from_start(0, 0.01), 95, 110);
	check_between(settled_from_start(0, 0.07), 13, 15);
	check_between(settled_from_start(0, 1e-6), 950000, 1100000);
	/* They take more than that if it is much faster, but not more than four times as much. */
	check_between(settled_from_start(0.7, 0.001), 3000, 3500);
	/* Sequences are computed one by one if each takes longer. */
	check_between(settled_from_start(0, 60), 1, 1);
}

/* One slow batch, for whatever reason, does not slow down the rest. */
static void test_pace_recovers(void **state)
{
	const struct device device = {0, 0.01};
	struct pacing pacing = {0};

	(void)state;
	/* The first batch also creates the pipelines. */
	pacing_note(&pacing, 1, LENGTH, 30);
	for (int i = 0; i < 12; i++)
		call(&pacing, device);
	check_between(call(&pacing, device), 95, 210);
	/* The laptop was closed for an hour. */
	pacing_note(&pacing, 100, 100 * LENGTH, 3600);
	assert_int_equal(call(&pacing, device), 1);
	for (int i = 0; i < 12; i++)
		call(&pacing, device);
	check_between(call(&pacing, device), 95, 210);
	/* Another job took most of the machine for half an hour. */
	for (int i = 0; i < 300; i++)
		call(&pacing, (struct device){0, 2});
	check_between(settled(&pacing, device), 95, 410);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_pace_recovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
