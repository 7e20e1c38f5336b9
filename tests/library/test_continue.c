/* SPDX-License-Identifier: MIT
 *
 * Sequences continued for some time: whatever the time and the lengths, every call makes progress,
 * leaves valid beginnings, and in the end the bytes are those of a single call.
 */
#include "support.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	N = 150,
	D = 24,
	SEQUENCES = 24,
	LENGTH = N - 7
};

#define TINY 1e-9 /* seconds in which no batch ends */
#define LARGE 1e6 /* more than any test takes */

static Data data;
static uint32_t *expected; /* SEQUENCES x LENGTH */

static uint32_t start_of(uint32_t sequence)
{
	return sequence * 7 % N;
}

static int compute_expected(void **state)
{
	uint32_t starts[SEQUENCES];
	VkComputeContext *ctx = context_new("merge=0", 0);

	(void)state;
	data = data_make(DATA_CLUSTERED, N, D, 11);
	expected = allocate((size_t)SEQUENCES * LENGTH, sizeof(*expected));
	for (uint32_t s = 0; s < SEQUENCES; s++)
		starts[s] = start_of(s);
	context_upload(ctx, &data);
	succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, SEQUENCES, 1, LENGTH, expected));
	vkc_destroy(ctx);
	return 0;
}

static int free_expected(void **state)
{
	(void)state;
	data_free(&data);
	free(expected);
	return 0;
}

typedef struct Job {
	VkComputeContext *ctx;
	uint32_t sequences[SEQUENCES * LENGTH];
	uint32_t lengths[SEQUENCES];
	unsigned calls;
	unsigned calls_for_matrix; /* those that added no element */
	unsigned calls_with_part;  /* those that left sequences begun and incomplete */
} Job;

static Job job;

/* Begins every sequence with one element or, with a seed, with any number of elements. */
static void begin(const char *tuning, uint64_t seed)
{
	const bool varied = seed != 0;

	job = (Job){.ctx = context_new(tuning, 0)};
	memset(job.sequences, 0xEE, sizeof(job.sequences));
	for (uint32_t s = 0; s < SEQUENCES; s++) {
		uint32_t kind = varied ? random_below(&seed, 4) : 0;

		job.lengths[s] = kind == 0   ? 1
		                 : kind == 1 ? LENGTH
		                             : 1 + random_below(&seed, LENGTH);
		memcpy(job.sequences + (size_t)s * LENGTH, expected + (size_t)s * LENGTH,
		       job.lengths[s] * sizeof(uint32_t));
	}
	context_upload(job.ctx, &data);
}

static uint64_t count_elements(void)
{
	uint64_t elements = 0;

	for (uint32_t s = 0; s < SEQUENCES; s++)
		elements += job.lengths[s];
	return elements;
}

static void call(double seconds)
{
	uint32_t before[SEQUENCES];
	uint64_t elements = count_elements();

	memcpy(before, job.lengths, sizeof(before));
	succeed(job.ctx, vkc_continue_diversity_sequences(job.ctx, job.sequences, job.lengths,
	                                                  SEQUENCES, LENGTH, seconds));
	job.calls++;
	for (uint32_t s = 0; s < SEQUENCES; s++) {
		if (job.lengths[s] < before[s] || job.lengths[s] > LENGTH)
			fail_msg("call %u: sequence %u had %u elements and now has %u", job.calls, s,
			         before[s], job.lengths[s]);
		check_bytes(job.sequences + (size_t)s * LENGTH, expected + (size_t)s * LENGTH,
		            job.lengths[s] * sizeof(uint32_t), "sequence %u after %u calls", s,
		            job.calls);
	}
	if (count_elements() == elements)
		job.calls_for_matrix++;
	for (uint32_t s = 0; s < SEQUENCES; s++)
		if (job.lengths[s] > 1 && job.lengths[s] < LENGTH) {
			job.calls_with_part++;
			break;
		}
}

static bool is_complete(void)
{
	return count_elements() == (uint64_t)SEQUENCES * LENGTH;
}

static void complete(double seconds, unsigned max_calls_for_matrix)
{
	while (!is_complete()) {
		call(seconds);
		if (job.calls_for_matrix > max_calls_for_matrix)
			fail_msg("%u calls added no element", job.calls_for_matrix);
	}
	vkc_destroy(job.ctx);
}

static const struct {
	const char *tuning;
	unsigned calls_for_matrix; /* at most */
} sources[] = {
	{"submit_us=1", 9},
	{"submit_us=1,merge=0", 9},
	{"submit_us=1,merge=2", 9},
	{"submit_us=1,matrix=0,bounded=0", 0},
	{"submit_us=1,matrix=0,bounded=0,cached_rows=60,submit_rows=3", 0},
	{"submit_us=1,matrix=0,bounded=0,merge=2", 0},
	{"submit_us=1,matrix=0,bounded=1", 0},
	{"submit_us=1,matrix=0,bounded=1,bounded_terms=1", 0},
};

static void test_no_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		begin(sources[i].tuning, 0);
		complete(TINY, sources[i].calls_for_matrix);
		/* A call ends although its sequences are not complete. */
		if (job.calls_with_part < 3)
			fail_msg("%s: only %u of %u calls ended early", sources[i].tuning,
			         job.calls_with_part, job.calls);
	}
}

static void test_lengths_that_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++)
		for (uint64_t seed = 1; seed < 4; seed++) {
			begin(sources[i].tuning, seed);
			complete(seed == 1 ? TINY : seed == 2 ? 0.01
			                                      : LARGE,
			         sources[i].calls_for_matrix);
		}
}

static void test_enough_time(void **state)
{
	static const char *const tunings[] = {NULL, "matrix=0", "matrix=0,bounded=0", "merge=0"};

	(void)state;
	for (size_t i = 0; i < COUNT(tunings); i++) {
		begin(tunings[i], 0);
		call(LARGE);
		assert_true(is_complete());
		/* There is nothing left to do. */
		call(TINY);
		assert_true(is_complete());
		vkc_destroy(job.ctx);
	}
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A job of many calls takes about as long as one call. The limit leaves room for a busy machine. */
static void test_repetition_does_not_dominate(void **state)
{
	static const char tuning[] = "matrix=0,bounded=0,merge=0,submit_us=100";
	double alone, together;

	(void)state;
	begin(tuning, 0);
	alone = -seconds_now();
	call(LARGE);
	alone += seconds_now();
	vkc_destroy(job.ctx);
	begin(tuning, 0);
	together = -seconds_now();
	complete(alone / 20, 0);
	together += seconds_now();
	if (together > 8 * alone)
		fail_msg("%.2f s in %u calls, %.2f s in one", together, job.calls, alone);
}

/* Few rows do without the matrix; many rows compute it. */
static void test_matrix_if_it_pays(void **state)
{
	enum {
		ITEMS = 700,
		SHORT = ITEMS / 16
	};
	VkComputeContext *ctx = context_new("submit_us=1", 0);
	Data items = data_make(DATA_RANDOM, ITEMS, D, 12);
	uint32_t sequence[ITEMS] = {5};
	uint32_t length = 1;
	double fraction;

	(void)state;
	context_upload(ctx, &items);
	while (length < SHORT)
		succeed(ctx, vkc_continue_diversity_sequences(ctx, sequence, &length, 1, SHORT, LARGE));
	succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
	assert_true(fraction < 1);
	while (length < ITEMS)
		succeed(ctx, vkc_continue_diversity_sequences(ctx, sequence, &length, 1, ITEMS, LARGE));
	succeed(ctx, vkc_prepare_matrix(ctx, 0, &fraction));
	assert_true(fraction == 1);
	data_free(&items);
	vkc_destroy(ctx);
}

static void test_one_item(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	const float number = 3;
	uint32_t sequence = 0, length = 1;

	(void)state;
	succeed(ctx, vkc_upload_embeddings(ctx, &number, 1, 1));
	succeed(ctx, vkc_continue_diversity_sequences(ctx, &sequence, &length, 1, 1, 1));
	assert_int_equal(sequence, 0);
	assert_int_equal(length, 1);
	succeed(ctx, vkc_continue_diversity_sequences(ctx, NULL, NULL, 0, 1, 1));
	vkc_destroy(ctx);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_lengths_that_differ),
		cmocka_unit_test(test_enough_time),
		cmocka_unit_test(test_repetition_does_not_dominate),
		cmocka_unit_test(test_matrix_if_it_pays),
		cmocka_unit_test(test_one_item),
	};

	return cmocka_run_group_tests(tests, compute_expected, free_expected);
}
