/* SPDX-License-Identifier: MIT */
#include "sequence/continue.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "matrix/prepare.h"

/* The share of the time by which a batch may be late. Stopping it would waste more, because the
 * next call repeats its elements. */
#define GRACE 0.5
/* Sequences whose lengths differ by less than this share of the whole are computed together, from
 * the elements that all of them have. */
#define SLACK (1.0 / 32)
/* Finished sequences that a batch may merge with, for each of its own. They cost the host time. */
#define FINISHED_PER_WALK 4

/* A call in progress. */
struct call {
	struct strategies *strategies;
	const struct objective *objective;
	const struct continuation *of;
	double began;
	double seconds;
	uint64_t *pending; /* the incomplete sequences, longest first; see key_of() */
	uint32_t num_pending;
	uint32_t num_begun; /* of these, how many batches have contained */
};

/* Orders by descending length, then by index. */
static uint64_t key_of(uint32_t length, uint32_t index)
{
	return (uint64_t)(UINT32_MAX - length) << 32 | index;
}

static uint32_t index_of(uint64_t key)
{
	return (uint32_t)key;
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint32_t *sequence_at(const struct call *call, uint32_t index)
{
	return call->of->sequences + (uint64_t)index * call->of->length;
}

static VkcResult out_of_memory(const struct call *call)
{
	return error_set(call->strategies->gram->engine->device.error, VKC_ERROR_OUT_OF_HOST_MEMORY,
	                 "The host has no memory left to continue %u sequences: free some, or "
	                 "continue fewer at a time.",
	                 call->of->num_sequences);
}

static VkcResult find_pending(struct call *call)
{
	const struct continuation *of = call->of;
	call->pending = calloc(of->num_sequences, sizeof(*call->pending));
	if (!call->pending)
		return out_of_memory(call);
	for (uint32_t i = 0; i < of->num_sequences; i++)
		if (of->lengths[i] < of->length)
			call->pending[call->num_pending++] = key_of(of->lengths[i], i);
	qsort(call->pending, call->num_pending, sizeof(*call->pending), compare_keys);
	return VKC_SUCCESS;
}

/* A batch: pending sequences of about the same length. */
struct group {
	const uint64_t *keys;
	uint32_t count;
	uint32_t longest;       /* the most elements of a sequence */
	uint32_t prefix_length; /* the fewest */
	uint32_t *prefixes;     /* count x prefix_length */
	uint32_t *reached;      /* elements of each in the end */
	uint32_t *copies;       /* the sequences, if they cannot be computed in place */
};

static struct group next_group(const struct call *call, uint32_t max)
{
	const uint32_t *lengths = call->of->lengths;
	const uint32_t slack = (uint32_t)(call->of->length * SLACK);
	const uint64_t *keys = call->pending + call->num_begun;
	const uint32_t longest = lengths[index_of(keys[0])];
	struct group group = {.keys = keys, .count = 1, .longest = longest, .prefix_length = longest};
	max = min_u32(max, call->num_pending - call->num_begun);
	for (; group.count < max; group.count++) {
		const uint32_t length = lengths[index_of(keys[group.count])];
		if (longest - length > slack)
			break;
		group.prefix_length = length;
	}
	return group;
}

/* Whether the sequences lie one after another and all begin with the same number of elements. */
static bool is_in_place(const struct group *group)
{
	return group->prefix_length == group->longest &&
	       group->keys[group->count - 1] - group->keys[0] == group->count - 1;
}

static VkcResult allocate(const struct call *call, struct group *group)
{
	const uint64_t count = group->count;
	group->prefixes = calloc(count * group->prefix_length, sizeof(*group->prefixes));
	group->reached = calloc(count, sizeof(*group->reached));
	if (!is_in_place(group))
		group->copies = calloc(count, call->of->length * sizeof(*group->copies));
	if (!group->prefixes || !group->reached || (!group->copies && !is_in_place(group)))
		return out_of_memory(call);
	for (uint32_t i = 0; i < count; i++)
		memcpy(group->prefixes + (uint64_t)i * group->prefix_length,
		       sequence_at(call, index_of(group->keys[i])),
		       group->prefix_length * sizeof(*group->prefixes));
	return VKC_SUCCESS;
}

/* The complete sequences just before the group that its walks may merge with. */
static uint32_t count_finished(const struct call *call, const struct group *group)
{
	const struct continuation *of = call->of;
	const uint32_t first = index_of(group->keys[0]);
	const uint64_t most = min_u64(first, (uint64_t)group->count * FINISHED_PER_WALK);
	uint32_t count = 0;
	while (count < most && of->lengths[first - count - 1] == of->length)
		count++;
	return count;
}

/* Takes over what the batch has computed. Returns the number of elements, with those known
 * before. */
static uint64_t store(const struct call *call, const struct group *group)
{
	uint64_t elements = 0;
	for (uint32_t i = 0; i < group->count; i++) {
		const uint32_t index = index_of(group->keys[i]);
		elements += group->reached[i];
		if (group->reached[i] <= call->of->lengths[index])
			continue;
		if (group->copies)
			memcpy(sequence_at(call, index), group->copies + (uint64_t)i * call->of->length,
			       group->reached[i] * sizeof(*group->copies));
		call->of->lengths[index] = group->reached[i];
	}
	return elements;
}

/* Continues the group until the deadline. */
static VkcResult run(const struct call *call, struct group *group, struct deadline *deadline)
{
	VkcResult result;
	const double began = seconds_now();
	TRY(allocate(call, group));
	const struct sequences sequences = {
		.prefixes = group->prefixes,
		.num_sequences = group->count,
		.prefix_length = group->prefix_length,
		.length = call->of->length,
		.output = group->copies ? group->copies : sequence_at(call, index_of(group->keys[0])),
		.num_finished = group->copies ? 0 : count_finished(call, group),
		.deadline = deadline,
		.reached = group->reached,
	};
	TRY(sequences_compute(call->strategies, call->objective, &sequences));
	const uint64_t elements = store(call, group);
	pacing_note(&call->strategies->pacing, group->count, elements, seconds_now() - began);
error:
	free(group->prefixes);
	free(group->reached);
	free(group->copies);
	return result;
}

/* Continues pending sequences until the time is over. has_advanced: the call has already done
 * something, so that it need not begin a batch. */
static VkcResult run_groups(struct call *call, bool has_advanced)
{
	VkcResult result = VKC_SUCCESS;
	struct pacing *pacing = &call->strategies->pacing;
	const uint32_t length = call->of->length;
	const double time = pacing_time(pacing, call->seconds);
	/* A much smaller batch than the whole time allows would be less efficient. */
	const uint32_t worthwhile = pacing_fits(pacing, length, time) / 2;
	bool stopped = false;
	while (call->num_begun < call->num_pending && !stopped) {
		const double left = call->began + time - seconds_now();
		const uint32_t num_left = call->num_pending - call->num_begun;
		const uint32_t fits = pacing_fits(pacing, length, left);
		if (has_advanced && fits < min_u32(num_left, worthwhile ? worthwhile : 1))
			break;
		struct group group = next_group(call, pacing_next(pacing, length, left));
		struct deadline deadline = {.at = call->began + call->seconds, .known = group.longest};
		const bool is_known = pacing->rate > 0;
		if (fits > 0 && is_known)
			deadline.at = call->began + time * (1 + GRACE);
		TRY(run(call, &group, &deadline));
		call->num_begun += group.count;
		has_advanced = true;
		stopped = deadline.passed;
		if (!stopped && is_known && group.count == fits &&
		    fits >= pacing_fits(pacing, length, time) / 2)
			pacing_note_full(pacing);
	}
error:
	return result;
}

VkcResult sequences_continue(struct strategies *strategies, const struct objective *objective,
                             const struct continuation *continuation, double seconds)
{
	VkcResult result;
	struct gram *gram = strategies->gram;
	struct call call = {
		.strategies = strategies,
		.objective = objective,
		.of = continuation,
		.began = seconds_now(),
		.seconds = seconds,
	};
	TRY(find_pending(&call));
	const uint32_t rows_ready = gram->rows_ready;
	const uint64_t rows_needed = (uint64_t)call.num_pending * (continuation->length - 1);
	double fraction = 1;
	if (call.num_pending > 0 && gram_pays(gram, rows_needed))
		TRY(prepare_matrix(gram, seconds, &fraction));
	if (fraction == 1)
		TRY(run_groups(&call, gram->rows_ready != rows_ready));
error:
	free(call.pending);
	return result;
}
