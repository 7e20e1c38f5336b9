/* SPDX-License-Identifier: MIT
 *
 * A device that never reports the end of its work: waits fail or time out for ever. The library
 * leaves alone what the device may still use, which the validation layer checks, and the context
 * can be destroyed.
 */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "layer_client.h"
#include "sentence.h"

enum {
	N = 500,
	D = 32,
	ROWS = 130,
	LENGTH = 12
};

/* The shortest possible submissions, so that some are always in flight. */
#define TUNING "hang_ms=60,submit_us=1"
#define SENTENCE \
	"The device did not signal the end of its work within 0.06 s: the driver hangs or fails; " \
	"destroy the context and make a new one, or run the program again."

static const struct vkc_test_layer_api *layer;
static const char *program;
static Data data;
static float *matrix;
static uint32_t *sequence;

static VkcResult upload(VkComputeContext *ctx)
{
	return vkc_upload_embeddings(ctx, data.floats, N, D);
}

static VkcResult rows(VkComputeContext *ctx)
{
	return vkc_compute_similarity_rows(ctx, 0, ROWS, matrix);
}

static VkcResult whole(VkComputeContext *ctx)
{
	return vkc_compute_similarity_matrix(ctx, matrix);
}

static VkcResult neighbors(VkComputeContext *ctx)
{
	return vkc_compute_nearest_neighbors(ctx, 0, N, 5, NULL, matrix);
}

static VkcResult walk(VkComputeContext *ctx)
{
	const uint32_t start = 3;

	return vkc_compute_diversity_sequences(ctx, &start, 1, 1, LENGTH, sequence);
}

static VkcResult (*const steps[])(VkComputeContext *ctx) = {rows, upload, rows, whole, neighbors,
                                                            walk};

/* Runs the steps until the first failure; *step is its index. */
static VkcResult run(VkComputeContext *ctx, size_t *step)
{
	VkcResult result = VKC_SUCCESS;

	for (*step = 0; *step < COUNT(steps) && result == VKC_SUCCESS; ++*step)
		result = steps[*step](ctx);
	return result;
}

static VkComputeContext *begin(const char *tuning)
{
	VkComputeContext *ctx;

	layer->reset();
	ctx = context_new(tuning, 0);
	succeed(ctx, upload(ctx));
	return ctx;
}

static void check_rules(const char *when, uint64_t first)
{
	if (layer->violations())
		fail_msg("%s from call %llu on: %s", when, (unsigned long long)first,
		         layer->first_violation());
}

static void check_lost(VkComputeContext *ctx)
{
	VkcDeviceInfo info = {.struct_size = sizeof(info)};

	assert_string_equal(vkc_last_error(ctx), SENTENCE);
	for (size_t i = 0; i < COUNT(steps); i++)
		assert_int_equal(steps[i](ctx), VKC_ERROR_DEVICE_LOST);
	assert_int_equal(vkc_get_device_info(ctx, &info), VKC_ERROR_DEVICE_LOST);
}

/* Another test covers faults in every call. Here every fault leaves a device behind, so only some
 * calls fail. */
static uint64_t after(uint64_t first)
{
	return first + 1 + first / 10;
}

/* All calls from a certain one on fail; returns how often this lost the device. */
static unsigned fail_for_ever(const char *tuning, enum vkc_test_fault fault, VkcResult other)
{
	unsigned lost = 0;
	uint64_t faults = 1;

	for (uint64_t first = 1; faults; first = after(first)) {
		char text[512];
		uint64_t before = layer->live_objects(text, sizeof(text));
		VkComputeContext *ctx = begin(tuning);
		VkcResult result;
		size_t step;

		layer->arm(fault, first, 0);
		result = run(ctx, &step);
		faults = layer->faults();
		layer->disarm();
		if (result == VKC_ERROR_DEVICE_LOST) {
			check_lost(ctx);
			lost++;
		} else {
			assert_int_equal(result, faults ? other : VKC_SUCCESS);
			if (result != VKC_SUCCESS)
				succeed(ctx, run(ctx, &step));
		}
		vkc_destroy(ctx);
		check_rules("failing", first);
		if (result != VKC_ERROR_DEVICE_LOST)
			assert_int_equal(layer->live_objects(text, sizeof(text)), before);
	}
	return lost;
}

static void test_waits_that_fail_for_ever(void **state)
{
	unsigned lost = fail_for_ever(TUNING, VKC_TEST_OUT_OF_HOST_MEMORY,
	                              VKC_ERROR_OUT_OF_HOST_MEMORY);

	(void)state;
	lost += fail_for_ever(TUNING ",direct=0", VKC_TEST_OUT_OF_HOST_MEMORY,
	                      VKC_ERROR_OUT_OF_HOST_MEMORY);
	printf("waits that fail for ever: the device was given up %u times\n", lost);
	assert_true(lost > 0);
}

static void test_waits_that_time_out_for_ever(void **state)
{
	(void)state;
	/* No other failure is possible. */
	assert_true(fail_for_ever(TUNING, VKC_TEST_TIMEOUT, VKC_ERROR_DEVICE_LOST) > 0);
}

static void test_destroying_while_waits_fail(void **state)
{
	static const enum vkc_test_fault kinds[] = {VKC_TEST_OUT_OF_HOST_MEMORY, VKC_TEST_OTHER,
	                                            VKC_TEST_TIMEOUT};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		VkComputeContext *ctx = begin(TUNING);

		/* Leaves parts of the matrix in flight. */
		succeed(ctx, rows(ctx));
		layer->arm(kinds[i], 1, 0);
		vkc_destroy(ctx);
		layer->disarm();
		check_rules("destroying", i);
	}
}

/* Waits that fail during cleanup are retried, and the message of the first failure is kept. */
static void test_the_first_failure_is_reported(void **state)
{
	uint64_t faults = 1;

	(void)state;
	for (uint64_t first = 1; faults; first = after(first)) {
		VkComputeContext *ctx = begin("submit_us=1");
		size_t step;

		layer->arm(VKC_TEST_OUT_OF_HOST_MEMORY, first, 5);
		if (run(ctx, &step) != VKC_SUCCESS)
			check_words(vkc_last_error(ctx), "five failures",
			            (const char *[]){layer->first_fault_name(), NULL});
		vkc_destroy(ctx);
		faults = layer->faults();
		layer->disarm();
		check_rules("failing five times", first);
	}
}

/* ---- A stopped process ------------------------------------------------------------- */

/* The child process: computes for some seconds, with a time limit shorter than its stop. */
static int compute(void)
{
	VkcOptions options = {.struct_size = sizeof(options), .tuning = "hang_ms=4000"};
	VkComputeContext *ctx = NULL;
	Data large = data_make(DATA_RANDOM, 2000, 512, 1);
	float *output = calloc((size_t)2000 * 2000, sizeof(*output));
	VkcResult result = vkc_init_with_options(&options, &ctx);

	for (int round = 0; round < 8 && result == VKC_SUCCESS; round++) {
		result = vkc_upload_embeddings(ctx, large.floats, large.n, large.d);
		if (result == VKC_SUCCESS && round == 1)
			result = write(1, "r", 1) == 1 ? VKC_SUCCESS : VKC_ERROR_INTERNAL;
		if (result == VKC_SUCCESS)
			result = vkc_compute_similarity_matrix(ctx, output);
	}
	if (result != VKC_SUCCESS)
		fprintf(stderr, "%s\n", vkc_last_error(ctx));
	vkc_destroy(ctx);
	data_free(&large);
	free(output);
	return result == VKC_SUCCESS ? 0 : 1;
}

static void sleep_for(long milliseconds)
{
	const struct timespec pause = {.tv_sec = milliseconds / 1000,
	                               .tv_nsec = milliseconds % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

static void test_a_stopped_process_does_not_wait(void **state)
{
	int ends[2];
	int status = -1;
	char ready;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], 1);
		unsetenv("VKC_VALIDATION");
		execl(program, program, "compute", (char *)NULL);
		_exit(2);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &ready, 1), 1);
	sleep_for(50);
	/* Longer than its time limit, which is long enough for a busy machine. */
	kill(child, SIGSTOP);
	sleep_for(5000);
	kill(child, SIGCONT);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(ends[0]);
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_that_fail_for_ever),
		cmocka_unit_test(test_waits_that_time_out_for_ever),
		cmocka_unit_test(test_destroying_while_waits_fail),
		cmocka_unit_test(test_the_first_failure_is_reported),
		cmocka_unit_test(test_a_stopped_process_does_not_wait),
	};
	int failed;

	if (argc == 2 && strcmp(argv[1], "compute") == 0)
		return compute();
	program = argv[0];
	layer = layer_open();
	data = data_make(DATA_RANDOM, N, D, 1);
	matrix = calloc((size_t)N * N, sizeof(*matrix));
	sequence = calloc(LENGTH, sizeof(*sequence));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	data_free(&data);
	free(matrix);
	free(sequence);
	return failed;
}
