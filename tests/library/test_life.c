/* SPDX-License-Identifier: MIT
 *
 * Several contexts, several threads, several uploads, a forked child.
 */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SETS = 2
};

/* Two data sets of different sizes, and what a separate context computes from them. */
typedef struct Fixture {
	Data data[SETS];
	Answers answers[SETS];
} Fixture;

static int setup(void **state)
{
	Fixture *fixture = calloc(1, sizeof(*fixture));
	VkComputeContext *ctx = context_new(NULL, 0);

	*state = fixture;
	fixture->data[0] = data_make(DATA_CLUSTERED, 140, 30, 1);
	fixture->data[1] = data_make(DATA_DUPLICATES, 90, 11, 2);
	for (int set = 0; set < SETS; set++) {
		context_upload(ctx, &fixture->data[set]);
		fixture->answers[set] = answers_compute(ctx, fixture->data[set].n);
	}
	vkc_destroy(ctx);
	return 0;
}

static int teardown(void **state)
{
	Fixture *fixture = *state;

	for (int set = 0; set < SETS; set++) {
		data_free(&fixture->data[set]);
		answers_free(&fixture->answers[set]);
	}
	free(fixture);
	return 0;
}

static void check_answers(VkComputeContext *ctx, const Fixture *fixture, int set, const char *what)
{
	Answers answers = answers_compute(ctx, fixture->data[set].n);

	answers_check(&answers, &fixture->answers[set], what);
	answers_free(&answers);
}

static void test_two_contexts_in_turn(void **state)
{
	const Fixture *fixture = *state;
	VkComputeContext *first = context_new(NULL, 0);
	VkComputeContext *second;

	context_upload(first, &fixture->data[0]);
	second = context_new(NULL, 0);
	context_upload(second, &fixture->data[1]);
	check_answers(first, fixture, 0, "first");
	check_answers(second, fixture, 1, "second");
	context_upload(first, &fixture->data[1]);
	check_answers(second, fixture, 1, "second again");
	check_answers(first, fixture, 1, "first, other upload");
	vkc_destroy(first);
	check_answers(second, fixture, 1, "second alone");
	vkc_destroy(second);
}

static void test_uploads_of_other_sizes(void **state)
{
	const Fixture *fixture = *state;
	VkComputeContext *ctx = context_new(NULL, 0);
	static const uint32_t sizes[] = {1, 700, 3, 400, 2};

	for (uint32_t i = 0; i < COUNT(sizes); i++) {
		Data between = data_make(DATA_RANDOM, sizes[i], 60 - 10 * i, i);
		uint32_t sequence[700];

		context_upload(ctx, &between);
		succeed(ctx, vkc_compute_diversity_sequence(ctx, 0, sequence));
		data_free(&between);
		context_upload(ctx, &fixture->data[i % SETS]);
		check_answers(ctx, fixture, i % SETS, "after another upload");
	}
	vkc_destroy(ctx);
}

/* Each submission takes a microsecond, so parts of a matrix that was begun for some rows are still
 * being computed when the next upload takes its memory. */
static void test_upload_while_the_matrix_is_made(void **state)
{
	const Fixture *fixture = *state;
	VkComputeContext *ctx = context_new("submit_us=1", 0);
	Data large = data_make(DATA_RANDOM, 1000, 64, 3);
	float *rows = allocate((size_t)130 * large.n, sizeof(*rows));

	for (int round = 0; round < 3; round++) {
		context_upload(ctx, &large);
		succeed(ctx, vkc_compute_similarity_rows(ctx, 0, 130, rows));
		context_upload(ctx, &fixture->data[round % SETS]);
		check_answers(ctx, fixture, round % SETS, "after an upload in between");
	}
	free(rows);
	data_free(&large);
	vkc_destroy(ctx);
}

/* The library reads the caller's memory only during the call. */
static void test_uploads_are_not_kept(void **state)
{
	const Fixture *fixture = *state;
	const Data *data = &fixture->data[0];
	size_t size = (size_t)data->n * data->d * sizeof(float);
	VkComputeContext *ctx = context_new(NULL, 0);
	float *copy = allocate(size, 1);

	memcpy(copy, data->floats, size);
	succeed(ctx, vkc_upload_embeddings(ctx, copy, data->n, data->d));
	memset(copy, 0xff, size);
	free(copy);
	check_answers(ctx, fixture, 0, "after its memory was freed");
	vkc_destroy(ctx);
}

/* ---- Threads --------------------------------------------------------------------- */

typedef struct Worker {
	const Fixture *fixture;
	int set;
	VkcResult result;
	char sentence[300];
	uint32_t *starts;
	Answers answers;
} Worker;

/* The checks of cmocka work in the main thread only, so this one just reports. */
static void *work(void *argument)
{
	Worker *worker = argument;
	const Data *data = &worker->fixture->data[worker->set];
	Answers *answers = &worker->answers;
	uint32_t n = data->n;

	for (int round = 0; round < 3 && worker->result == VKC_SUCCESS; round++) {
		VkComputeContext *ctx = NULL;
		VkcResult result = vkc_init_with_options(NULL, &ctx);

		if (!result)
			result = vkc_upload_embeddings(ctx, data->floats, n, data->d);
		if (!result)
			result = vkc_compute_similarity_matrix(ctx, answers->matrix);
		if (!result)
			result = vkc_compute_diversity_sequences(ctx, worker->starts,
			                                         answers->num_starts, 1, n,
			                                         answers->sequences);
		if (!result)
			result = vkc_compute_nearest_neighbors(ctx, 0, n, answers->k,
			                                       answers->neighbors,
			                                       answers->similarities);
		snprintf(worker->sentence, sizeof(worker->sentence), "%s", vkc_last_error(ctx));
		worker->result = result;
		vkc_destroy(ctx);
	}
	return NULL;
}

static void test_threads_with_a_context_each(void **state)
{
	enum {
		THREADS = 3
	};
	const Fixture *fixture = *state;
	Worker workers[THREADS] = {{0}};
	pthread_t threads[THREADS];

	for (int t = 0; t < THREADS; t++) {
		Answers *answers = &workers[t].answers;

		workers[t].fixture = fixture;
		workers[t].set = t % SETS;
		*answers = fixture->answers[t % SETS];
		workers[t].starts = allocate(answers->num_starts, sizeof(uint32_t));
		for (uint32_t i = 0; i < answers->num_starts; i++)
			workers[t].starts[i] = answers->sequences[(size_t)i * answers->n];
		answers->matrix = allocate((size_t)answers->n * answers->n, sizeof(float));
		answers->sequences = allocate((size_t)answers->num_starts * answers->n,
		                              sizeof(uint32_t));
		answers->neighbors = allocate((size_t)answers->n * answers->k, sizeof(uint32_t));
		answers->similarities = allocate((size_t)answers->n * answers->k, sizeof(float));
		assert_int_equal(pthread_create(&threads[t], NULL, work, &workers[t]), 0);
	}
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	for (int t = 0; t < THREADS; t++) {
		if (workers[t].result)
			fail_msg("thread %d: %s: %s", t, vkc_result_string(workers[t].result),
			         workers[t].sentence);
		answers_check(&workers[t].answers, &fixture->answers[workers[t].set], "a thread");
		answers_free(&workers[t].answers);
		free(workers[t].starts);
	}
}

static void *fail_without_a_context(void *sentence)
{
	vkc_upload_embeddings(NULL, NULL, 1, 1);
	snprintf(sentence, 300, "%s", vkc_last_error(NULL));
	return NULL;
}

static void test_errors_without_a_context_belong_to_their_thread(void **state)
{
	pthread_t thread;
	char there[300] = "";
	char here[300];

	(void)state;
	vkc_list_devices(NULL, NULL);
	snprintf(here, sizeof(here), "%s", vkc_last_error(NULL));
	assert_int_equal(pthread_create(&thread, NULL, fail_without_a_context, there), 0);
	pthread_join(thread, NULL);
	assert_string_equal(vkc_last_error(NULL), here);
	assert_string_not_equal(there, here);
}

/* ---- fork() ------------------------------------------------------------------------ */

static int refused_in_child(VkComputeContext *ctx, VkcResult result, const char *call)
{
	const char *sentence = vkc_last_error(ctx);

	if (result == VKC_ERROR_INVALID_ARGUMENT && strstr(sentence, "process"))
		return 1;
	fprintf(stderr, "%s in a forked child: %s: %s\n", call, vkc_result_string(result),
	        sentence);
	return 0;
}

static int child_is_refused(VkComputeContext *ctx, const Data *data)
{
	VkcEmbeddings embeddings = {
		.struct_size = sizeof(embeddings),
		.data = data->floats,
		.num_embeddings = data->n,
		.embedding_dim = data->d,
	};
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	float *floats = calloc((size_t)data->n * data->n, sizeof(*floats));
	uint32_t *indices = calloc(data->n, sizeof(*indices));
	int right = 1;

#define REFUSED(call) (right &= refused_in_child(ctx, (call), #call))
	REFUSED(vkc_upload_embeddings(ctx, data->floats, data->n, data->d));
	REFUSED(vkc_upload(ctx, &embeddings));
	REFUSED(vkc_compute_diversity_sequence(ctx, 0, indices));
	REFUSED(vkc_compute_diversity_sequences(ctx, indices, 1, 1, 2, indices));
	REFUSED(vkc_compute_similarity_matrix(ctx, floats));
	REFUSED(vkc_compute_similarity_rows(ctx, 0, 1, floats));
	REFUSED(vkc_compute_similarity_packed(ctx, floats));
	REFUSED(vkc_compute_nearest_neighbors(ctx, 0, 1, 1, indices, floats));
	REFUSED(vkc_get_device_info(ctx, &info));
#undef REFUSED
	free(floats);
	free(indices);
	return right;
}

static void test_forked_child(void **state)
{
	const Fixture *fixture = *state;
	VkComputeContext *ctx = context_new(NULL, 0);
	int status = 0;
	pid_t child;

	context_upload(ctx, &fixture->data[0]);
	check_answers(ctx, fixture, 0, "before the fork");
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int right;

		/* Turns a hang into a signal. */
		alarm(20);
		right = child_is_refused(ctx, &fixture->data[0]);
		vkc_destroy(ctx);
		/* exit() would run handlers of layers, which wait for threads that the child does not have.
		 * */
		_exit(right ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("The child ended with %s %d.", WIFEXITED(status) ? "status" : "signal",
		         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	check_answers(ctx, fixture, 0, "in the parent, after the fork");
	vkc_destroy(ctx);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_contexts_in_turn),
		cmocka_unit_test(test_uploads_of_other_sizes),
		cmocka_unit_test(test_upload_while_the_matrix_is_made),
		cmocka_unit_test(test_uploads_are_not_kept),
		cmocka_unit_test(test_threads_with_a_context_each),
		cmocka_unit_test(test_errors_without_a_context_belong_to_their_thread),
		cmocka_unit_test(test_forked_child),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
