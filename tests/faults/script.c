/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "script.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sentence.h"
#include "support.h"

enum {
	N = 45,
	D = 7,
	K = 5,
	STARTS = 6,
	LENGTH = 20,
	PREFIX = 3,
	NEAR_STARTS = 3,
	NEAR_LENGTH = 5
};

/* All output of the steps, compared byte for byte. */
struct outputs {
	float matrix[N * N];
	float rows[4 * N];
	float packed[N * (N - 1) / 2];
	uint32_t neighbors[N * K];
	float similarities[N * K];
	uint32_t sequence[N];
	uint32_t batch[STARTS * LENGTH];
	uint32_t continued[N];
	uint32_t continued_in_calls[STARTS * LENGTH];
	uint32_t pays; /* this and all below: of the second upload */
	double fraction;
	float other_matrix[N * N];
	uint32_t other_sequence[N];
	uint32_t near_batch[NEAR_STARTS * NEAR_LENGTH]; /* of the third upload */
};

struct run {
	const struct script_mode *mode;
	VkComputeContext *ctx;
	struct outputs out;
	uint32_t num_devices;
};

static Data first_data, second_data;
static double near_data[N][D];
static struct outputs right;

static VkcResult list_devices(struct run *run)
{
	VkcDeviceInfo devices[4];
	VkcResult result = vkc_list_devices(&run->num_devices, NULL);

	for (uint32_t i = 0; i < COUNT(devices); i++)
		devices[i].struct_size = sizeof(devices[i]);
	run->num_devices = COUNT(devices);
	return result == VKC_SUCCESS ? vkc_list_devices(&run->num_devices, devices) : result;
}

static VkcResult init(struct run *run)
{
	const VkcOptions options = {.struct_size = sizeof(options), .tuning = run->mode->tuning};

	return vkc_init_with_options(&options, &run->ctx);
}

static VkcResult device_info(struct run *run)
{
	VkcDeviceInfo info = {.struct_size = sizeof(info)};

	return vkc_get_device_info(run->ctx, &info);
}

static VkcResult upload(struct run *run)
{
	const VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings),
	                                  .type = VKC_FLOAT64,
	                                  .data = first_data.doubles,
	                                  .num_embeddings = N,
	                                  .embedding_dim = D};

	return vkc_upload(run->ctx, &embeddings);
}

static VkcResult rows(struct run *run)
{
	return vkc_compute_similarity_rows(run->ctx, 30, 4, run->out.rows);
}

static VkcResult matrix(struct run *run)
{
	return vkc_compute_similarity_matrix(run->ctx, run->out.matrix);
}

static VkcResult packed(struct run *run)
{
	return vkc_compute_similarity_packed(run->ctx, run->out.packed);
}

static VkcResult neighbors(struct run *run)
{
	return vkc_compute_nearest_neighbors(run->ctx, 0, N, K, run->out.neighbors,
	                                     run->out.similarities);
}

static VkcResult sequence(struct run *run)
{
	return vkc_compute_diversity_sequence(run->ctx, 11, run->out.sequence);
}

static VkcResult batch(struct run *run)
{
	static const uint32_t starts[STARTS] = {0, 44, 3, 3, 17, 8};

	return vkc_compute_diversity_sequences(run->ctx, starts, STARTS, 1, LENGTH, run->out.batch);
}

static VkcResult continued(struct run *run)
{
	return vkc_compute_diversity_sequences(run->ctx, right.sequence, 1, PREFIX, N,
	                                       run->out.continued);
}

/* The lengths differ. With so little time, the first call ends as soon as it may. */
static VkcResult continued_in_calls(struct run *run)
{
	uint32_t *sequences = run->out.continued_in_calls;
	uint32_t lengths[STARTS], done;
	double seconds = 1e-9;
	VkcResult result = VKC_SUCCESS;

	for (uint32_t s = 0; s < STARTS; s++) {
		lengths[s] = 1 + s % 2 * PREFIX;
		memcpy(sequences + (size_t)s * LENGTH, right.batch + (size_t)s * LENGTH,
		       lengths[s] * sizeof(*sequences));
	}
	do {
		result = vkc_continue_diversity_sequences(run->ctx, sequences, lengths, STARTS, LENGTH,
		                                          seconds);
		seconds = 60;
		done = 0;
		for (uint32_t s = 0; s < STARTS; s++)
			done += lengths[s] == LENGTH;
	} while (result == VKC_SUCCESS && done < STARTS);
	return result;
}

static VkcResult second_upload(struct run *run)
{
	const VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings),
	                                  .type = VKC_FLOAT32,
	                                  .data = second_data.floats,
	                                  .num_embeddings = N,
	                                  .embedding_dim = D,
	                                  .flags = VKC_CENTER | VKC_BORROW};

	return vkc_upload(run->ctx, &embeddings);
}

static VkcResult decision_counts(struct run *run)
{
	VkcDecisionCounts counts = {.struct_size = sizeof(counts)};

	return vkc_get_decision_counts(run->ctx, &counts);
}

static VkcResult pays(struct run *run)
{
	return vkc_matrix_pays(run->ctx, N, &run->out.pays);
}

static VkcResult prepare(struct run *run)
{
	VkcResult result = vkc_prepare_matrix(run->ctx, 0, &run->out.fraction);

	while (result == VKC_SUCCESS && run->out.fraction < 1)
		result = vkc_prepare_matrix(run->ctx, 0, &run->out.fraction);
	return result;
}

static VkcResult other_matrix(struct run *run)
{
	return vkc_compute_similarity_matrix(run->ctx, run->out.other_matrix);
}

static VkcResult other_sequence(struct run *run)
{
	return vkc_compute_diversity_sequence(run->ctx, 0, run->out.other_sequence);
}

static VkcResult third_upload(struct run *run)
{
	const VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings),
	                                  .type = VKC_FLOAT64,
	                                  .data = near_data,
	                                  .num_embeddings = N,
	                                  .embedding_dim = D};

	return vkc_upload(run->ctx, &embeddings);
}

static VkcResult near_batch(struct run *run)
{
	static const uint32_t starts[NEAR_STARTS] = {4, 40, 12};

	return vkc_compute_diversity_sequences(run->ctx, starts, NEAR_STARTS, 1, NEAR_LENGTH,
	                                       run->out.near_batch);
}

#define OUTPUT(member) offsetof(struct outputs, member), sizeof(((struct outputs *)0)->member)

static const struct step {
	const char *name;
	VkcResult (*call)(struct run *run);
	size_t offset, size; /* of its output */
} steps[] = {
	{"vkc_list_devices", list_devices, 0, 0},
	{"vkc_init_with_options", init, 0, 0},
	{"vkc_get_device_info", device_info, 0, 0},
	{"vkc_upload", upload, 0, 0},
	{"vkc_compute_similarity_rows", rows, OUTPUT(rows)},
	{"vkc_compute_diversity_sequence", sequence, OUTPUT(sequence)},
	{"vkc_compute_similarity_matrix", matrix, OUTPUT(matrix)},
	{"vkc_compute_similarity_packed", packed, OUTPUT(packed)},
	{"vkc_compute_nearest_neighbors", neighbors, OUTPUT(neighbors)},
	{"vkc_compute_diversity_sequences", batch, OUTPUT(batch)},
	{"vkc_compute_diversity_sequences, continued", continued, OUTPUT(continued)},
	{"vkc_continue_diversity_sequences", continued_in_calls, OUTPUT(continued_in_calls)},
	{"vkc_get_decision_counts", decision_counts, 0, 0},
	{"vkc_upload, the second", second_upload, 0, 0},
	{"vkc_matrix_pays", pays, OUTPUT(pays)},
	{"vkc_prepare_matrix", prepare, OUTPUT(fraction)},
	{"vkc_compute_similarity_matrix, the second", other_matrix, OUTPUT(other_matrix)},
	{"vkc_compute_diversity_sequence, the second", other_sequence, OUTPUT(other_sequence)},
	{"vkc_upload, the third", third_upload, 0, 0},
	{"vkc_compute_diversity_sequences, the third", near_batch, OUTPUT(near_batch)},
};

enum {
	STEPS = COUNT(steps),
	FIRST_WITH_CONTEXT = 2,
	FIRST_UPLOAD = 3,
	SEQUENCE = 5,
	MATRIX = 6,
	SECOND_UPLOAD = 13
};

static void fill(struct run *run, const struct step *step)
{
	memset((char *)&run->out + step->offset, 0xEE, step->size);
}

static void check_answer(const struct run *run, const struct step *step, const char *when)
{
	check_bytes((const char *)&run->out + step->offset, (const char *)&right + step->offset,
	            step->size, "%s %s", step->name, when);
}

/* Runs a step that has to succeed. */
static void repeat(struct run *run, const struct step *step, const char *when)
{
	VkcResult result;

	fill(run, step);
	result = step->call(run);
	if (result != VKC_SUCCESS)
		fail_msg("%s %s: %s (%s)", step->name, when, vkc_result_string(result),
		         vkc_last_error(run->ctx));
	check_answer(run, step, when);
}

/* A context whose device is lost reports this for every call. */
static void check_lost(struct run *run)
{
	static const char *const no_words[] = {NULL};

	for (size_t i = FIRST_WITH_CONTEXT; i < STEPS; i++)
		check_sentence(run->ctx, steps[i].call(run), VKC_ERROR_DEVICE_LOST, steps[i].name,
		               no_words);
}

static void check_error(const struct run *run, const struct fault_source *source,
                        const struct step *step, VkcResult result)
{
	static const char *const no_words[] = {NULL};
	char what[256];

	snprintf(what, sizeof(what), "%s after %s in %s (%s)", step->name, source->name,
	         source->fault_name(), run->mode->name);
	if (!source->is_right(result, run->ctx == NULL))
		fail_msg("%s: %s (%s)", what, vkc_result_string(result), vkc_last_error(run->ctx));
	check_words(vkc_last_error(run->ctx), what, no_words);
}

/* Runs the steps; returns whether a fault was injected. After one that was reported, two more steps
 * show that the context still works; every eighth time all others do. */
static bool survive_one(const struct script_mode *mode, const struct fault_source *source,
                        uint64_t first, uint64_t count, struct script_counts *counts)
{
	static struct run run;
	static char sentence[1024];
	bool reported = false;
	bool given;
	size_t end = STEPS;
	char when[128];

	memset(&run, 0, sizeof(run));
	run.mode = mode;
	for (size_t i = 0; i < end; i++) {
		const struct step *step = &steps[i];
		if (i == (mode->after_start ? FIRST_UPLOAD : 0))
			source->arm(first, count);
		const VkComputeContext *before;
		VkcResult result;

		fill(&run, step);
		snprintf(sentence, sizeof(sentence), "%s", vkc_last_error(run.ctx));
		before = run.ctx;
		result = step->call(&run);
		if (result == VKC_SUCCESS) {
			/* A fault that the library worked around leaves no error message. */
			assert_string_equal(vkc_last_error(before), sentence);
			check_answer(&run, step, "although a call failed");
			continue;
		}
		if (source->faults() == 0 || (reported && count == 1))
			fail_msg("%s failed without a fault: %s", step->name,
			         vkc_last_error(run.ctx));
		check_error(&run, source, step, result);
		reported = true;
		source->disarm();
		if (result == VKC_ERROR_DEVICE_LOST && run.ctx) {
			check_lost(&run);
			counts->lost++;
			break;
		}
		if (i == SECOND_UPLOAD) {
			repeat(&run, &steps[SEQUENCE], "after the second upload failed");
			repeat(&run, &steps[MATRIX], "after the second upload failed");
		}
		repeat(&run, step, "again after an error");
		if (first % 8 != 0 && i + 3 < STEPS)
			end = i + 3;
	}
	given = source->faults() > 0;
	source->disarm();
	vkc_destroy(run.ctx);
	snprintf(when, sizeof(when), "after call %llu (%s) failed", (unsigned long long)first,
	         source->fault_name());
	source->check_clean(when);
	if (!given)
		return false;
	counts->faults++;
	*(reported ? &counts->reported : &counts->absorbed) += 1;
	return true;
}

static int keep_library(struct dl_phdr_info *info, size_t size, void *user)
{
	(void)size;
	(void)user;
	/* Kept open until the process ends, so the handle is not needed. */
	(void)dlopen(info->dlpi_name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
	return 0;
}

/* Rows of 0 and 1, of which many tie without being equal. The last number of each is so small that
 * float64 sums are not exact: only long integers decide between the rows. */
static void make_near_data(void)
{
	uint64_t seed = 3;

	for (uint32_t i = 0; i < N; i++) {
		for (uint32_t c = 0; c + 1 < D; c++)
			near_data[i][c] = random_below(&seed, 2);
		near_data[i][i % 2] = 1;
		near_data[i][D - 1] = i % 8 ? 0x1p-60 : 0x1p-61;
	}
}

void script_prepare(void)
{
	static const struct script_mode mode = {.name = "without faults"};
	static struct run run;

	if (!first_data.floats) {
		first_data = data_make(DATA_DUPLICATES, N, D, 1);
		second_data = data_make(DATA_CLUSTERED, N, D, 2);
		make_near_data();
	}
	memset(&run, 0, sizeof(run));
	run.mode = &mode;
	for (size_t i = 0; i < STEPS; i++) {
		VkcResult result;

		fill(&run, &steps[i]);
		result = steps[i].call(&run);
		if (result != VKC_SUCCESS)
			fail_msg("%s: %s (%s)", steps[i].name, vkc_result_string(result),
			         vkc_last_error(run.ctx));
		memcpy((char *)&right + steps[i].offset, (char *)&run.out + steps[i].offset,
		       steps[i].size);
	}
	/* Otherwise loading drivers and layers a thousand times would take most of the time. */
	dl_iterate_phdr(keep_library, NULL);
	vkc_destroy(run.ctx);
}

void script_survive(const struct script_mode *mode, const struct fault_source *source,
                    uint64_t step, uint64_t count, struct script_counts *counts)
{
	uint64_t first = 1;

	while (survive_one(mode, source, first, count, counts))
		first += step;
}

void script_release(void)
{
	data_free(&first_data);
	data_free(&second_data);
}
