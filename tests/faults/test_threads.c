/* SPDX-License-Identifier: MIT
 *
 * Eight threads with a context each start, compute and end at the same time. Each gets the same
 * results as it does alone.
 */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	THREADS = 8,
	ROUNDS = 3,
	MOST = 130
};

struct outputs {
	float matrix[MOST * MOST];
	uint32_t walks[MOST * MOST];
	uint32_t neighbors[MOST * 3];
	float similarities[MOST * 3];
};

struct worker {
	Data data;
	pthread_barrier_t *start;
	struct outputs out;
	uint64_t decided; /* steps that the host has decided */
	VkcResult result;
	char sentence[512];
};

/* Everything from init to destroy. It reports a result, because the checks of cmocka only work in
 * the main thread. */
static VkcResult use(struct worker *worker)
{
	uint32_t starts[MOST];
	uint32_t count = 0;
	double fraction;
	VkcDecisionCounts counts = {.struct_size = sizeof(counts)};
	uint32_t n = worker->data.n;
	struct outputs *out = &worker->out;
	VkComputeContext *ctx = NULL;
	VkcResult result = vkc_list_devices(&count, NULL);

	memset(out, 0, sizeof(*out));
	for (uint32_t i = 0; i < n; i++)
		starts[i] = i;
	if (!result)
		result = vkc_init_with_options(NULL, &ctx);
	if (!result)
		result = vkc_upload_embeddings(ctx, worker->data.floats, n, worker->data.d);
	if (!result)
		result = vkc_prepare_matrix(ctx, 1e-3, &fraction);
	if (!result)
		result = vkc_compute_similarity_matrix(ctx, out->matrix);
	if (!result)
		result = vkc_compute_diversity_sequences(ctx, starts, n, 1, n, out->walks);
	if (!result)
		result = vkc_compute_nearest_neighbors(ctx, 0, n, 3, out->neighbors,
		                                       out->similarities);
	if (!result)
		result = vkc_get_decision_counts(ctx, &counts);
	worker->decided += counts.by_filter + counts.by_integers;
	snprintf(worker->sentence, sizeof(worker->sentence), "%s", vkc_last_error(ctx));
	vkc_destroy(ctx);
	return result;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	pthread_barrier_wait(worker->start);
	for (int round = 0; round < ROUNDS && worker->result == VKC_SUCCESS; round++)
		worker->result = use(worker);
	return NULL;
}

static void test_eight_threads(void **state)
{
	static struct worker workers[THREADS];
	static struct outputs alone[THREADS];
	pthread_t threads[THREADS];
	pthread_barrier_t start;
	uint64_t decided = 0;

	(void)state;
	assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (uint32_t t = 0; t < THREADS; t++) {
		workers[t].data = data_make((DataKind)(t % DATA_KINDS), MOST - 7 * t, 8 + t, t);
		workers[t].start = &start;
		if (use(&workers[t]) != VKC_SUCCESS)
			fail_msg("alone: %s", workers[t].sentence);
		alone[t] = workers[t].out;
	}
	for (int t = 0; t < THREADS; t++)
		assert_int_equal(pthread_create(&threads[t], NULL, work, &workers[t]), 0);
	for (int t = 0; t < THREADS; t++)
		assert_int_equal(pthread_join(threads[t], NULL), 0);
	for (int t = 0; t < THREADS; t++) {
		if (workers[t].result)
			fail_msg("thread %d: %s: %s", t, vkc_result_string(workers[t].result),
			         workers[t].sentence);
		check_bytes(&workers[t].out, &alone[t], sizeof(alone[t]), "thread %d", t);
		decided += workers[t].decided;
		data_free(&workers[t].data);
	}
	pthread_barrier_destroy(&start);
	assert_true(decided > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eight_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
