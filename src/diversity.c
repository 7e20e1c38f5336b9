/* SPDX-License-Identifier: MIT */
#include "diversity.h"

#include <string.h>

#include "merge.h"
#include "variants.h"

/* Quadruples of scores that the shader can hold in named scalars. */
#define MOST_PIECES 32

/* As declared in shaders/walk.glsl. */
struct walk_push {
	uint32_t items;
	uint32_t row_quads;
	uint32_t rows_per_arena;
	uint32_t own_rows;
	uint32_t counters;
	uint32_t orders;
	uint32_t scores;
	uint32_t order_quads;
	uint32_t given;
	uint32_t length;
	uint32_t steps;
	uint32_t list;
	uint32_t first;
};

/* Where the rows of the Gram matrix come from. */
enum row_source {
	SOURCE_MATRIX, /* they are kept */
	SOURCE_PICKED, /* each is computed when a walk needs it */
	SOURCE_NONE    /* lazy walks do without */
};

/* The walks that are in flight together. */
struct batch {
	struct walks walks;
	enum row_source source;
	struct merge merge;
	bool merging; /* in this batch */
};

void diversity_open(struct diversity *diversity, struct gram *gram)
{
	*diversity = (struct diversity){.gram = gram};
	picked_open(&diversity->picked, gram);
	lazy_open(&diversity->lazy, gram);
}

void diversity_reset(struct diversity *diversity)
{
	lazy_reset(&diversity->lazy);
}

void diversity_close(struct diversity *diversity)
{
	if (!diversity->gram)
		return;
	kernel_destroy(diversity->gram->device, &diversity->walk);
	picked_close(&diversity->picked);
	lazy_close(&diversity->lazy);
}

/* ---- Kernels -------------------------------------------------------------------- */

static uint32_t power_of_two_from(uint32_t number)
{
	uint32_t power = 1;
	while (power < number)
		power *= 2;
	return power;
}

/* How the scores of one walk are spread: invocations, and quadruples each of them holds
 * (0 = more than registers hold). */
static void spread(const struct device *device, uint32_t quads, uint32_t *group, uint32_t *pieces)
{
	const struct limits *limits = &device->limits;
	/* A CPU driver's cost is per barrier and subgroup: few invocations that hold much.
	 * A GPU wants as many as there are, and its registers are shared among them. */
	uint32_t wanted_pieces = limits->cpu ? MOST_PIECES : 1;
	uint32_t most_group = 1024;
	while (most_group > limits->group_invocations || most_group * 16 > limits->shared_bytes)
		most_group /= 2;
	*group = power_of_two_from((quads + wanted_pieces - 1) / wanted_pieces);
	/* Small sets gain little from fewer barriers, and more pieces take longer to compile. */
	if (*group < 32)
		*group = 32;
	if (device->tuning.walk_group)
		*group = device->tuning.walk_group;
	if (*group > most_group)
		*group = most_group;
	*pieces = (quads + *group - 1) / *group;
	uint32_t most_pieces = limits->cpu || *group <= 128 ? MOST_PIECES : 8;
	if (device->tuning.walk_pieces)
		most_pieces = device->tuning.walk_pieces < MOST_PIECES ? device->tuning.walk_pieces
		                                                       : MOST_PIECES;
	if (*pieces > most_pieces)
		*pieces = 0;
}

/* How far down a term of a score is shifted: it is below 2^60 before, a sum of all terms
 * below 2^61. */
static int term_shift(const struct rows *rows)
{
	return rows->num_rows <= 1u << 20 ? 19 : 31;
}

static VkcResult need_walk(struct diversity *diversity, uint32_t num_arenas)
{
	VkcResult result;
	struct device *device = diversity->gram->device;
	const struct rows *rows = diversity->gram->rows;
	uint32_t group, pieces;
	spread(device, rows->padded / 4, &group, &pieces);
	uint32_t arenas = num_arenas > 3 ? 7 : num_arenas > 1 ? 3
	                                                      : 1;
	int shift = term_shift(rows);
	if (diversity->walk.pipeline && diversity->num_arenas == arenas &&
	    diversity->group == group && diversity->pieces == pieces && diversity->shift == shift)
		return VKC_SUCCESS;
	kernel_destroy(device, &diversity->walk);
	struct kernel_source source = {
		.push_bytes = sizeof(struct walk_push),
		.constants = {group, (uint32_t)shift, pieces},
		.num_constants = pieces ? 3 : 2,
	};
	TRY(variant_find(device, &source, "walk_%s_%s_%s_%s_%u", pieces ? "registers" : "memory",
	                 variant_integers(device), variant_loads(device), variant_reduction(device),
	                 arenas));
	source.bindings[0] = 's';
	memset(source.bindings + 1, device->limits.texel_elements ? 't' : 's', arenas);
	TRY(kernel_create(device, &source, &diversity->walk));
	diversity->num_arenas = arenas;
	diversity->group = group;
	diversity->pieces = pieces;
	diversity->shift = shift;
error:
	return result;
}

/* ---- Steps ---------------------------------------------------------------------- */

/* Records steps of `count` of the walks that go on, from the one at `first` on. */
static VkcResult record_walk(struct diversity *diversity, struct batch *batch, uint32_t first,
                             uint32_t count, uint32_t steps)
{
	const struct gram *gram = diversity->gram;
	const struct walks *walks = &batch->walks;
	const bool matrix = batch->source == SOURCE_MATRIX;
	struct binding bindings[KERNEL_MAX_BINDINGS] = {{.buffer = &walks->state}};
	for (uint32_t i = 0; i < diversity->num_arenas; i++) {
		/* The kernel may have more bindings than there are arenas. */
		uint32_t arena = i < gram->num_arenas ? i : 0;
		bindings[1 + i].buffer = matrix ? &gram->arenas[arena] : &diversity->picked.rows;
	}
	struct walk_push push = {
		.items = gram->rows->num_rows,
		.row_quads = gram->rows->padded / 4,
		.rows_per_arena = matrix ? gram->rows_per_arena : UINT32_MAX,
		.own_rows = !matrix,
		.counters = walks->counters,
		.orders = walks->orders,
		.scores = walks->scores,
		.order_quads = walks->order_quads,
		.given = walks->prefix_length,
		.length = walks->length,
		.steps = steps,
		.list = batch->merging ? walks->list : 0,
		.first = first,
	};
	return stream_dispatch(gram->stream, &diversity->walk, bindings, &push, count, 1);
}

static VkcResult record_picked_steps(struct diversity *diversity, struct batch *batch,
                                     uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct stream *stream = diversity->gram->stream;
	for (uint32_t s = 0; s < steps; s++) {
		TRY(picked_record(&diversity->picked, &batch->walks));
		stream_barrier(stream);
		TRY(record_walk(diversity, batch, 0, batch->walks.count, 1));
		stream_barrier(stream);
	}
error:
	return result;
}

/* How far the walks of a batch are. They go on in rounds: all of them take the same
 * number of steps, a part of them in each submission. */
struct progress {
	uint32_t total;   /* steps to the end */
	uint32_t done;    /* steps that all walks have taken */
	uint32_t steps;   /* of this round */
	uint32_t next;    /* the first walk, among those that go on, whose turn is next */
	struct pace pace; /* in steps of one walk */
	uint64_t ticket;  /* of the submission before; 0 = none */
	uint64_t before;  /* its steps times walks */
	uint32_t rounds;  /* that have been submitted whole */
	uint32_t ends[2]; /* steps done at the end of the last two rounds */
};

static uint32_t walks_going_on(const struct batch *batch)
{
	return batch->merging ? batch->merge.num_active : batch->walks.count;
}

/* How many walks take part in the next submission. A dispatch loads and stores all scores
 * of its walks, so that few steps of many walks would do little else: where a submission
 * cannot take ENOUGH steps of all, it takes them of some. */
static uint32_t next_part(const struct batch *batch, struct progress *progress)
{
	enum {
		ENOUGH = 64
	};
	const uint32_t count = walks_going_on(batch);
	const uint32_t left = progress->total - progress->done;
	const uint64_t units = progress->pace.units;
	if (progress->next == 0) {
		uint64_t steps = units / count;
		if (batch->source == SOURCE_MATRIX && steps < ENOUGH)
			steps = units < ENOUGH ? units : ENOUGH;
		steps = steps ? steps : 1;
		progress->steps = steps < left ? (uint32_t)steps : left;
	}
	if (batch->source != SOURCE_MATRIX)
		return count;
	uint64_t part = units / progress->steps;
	part = part ? part : 1;
	return part < count - progress->next ? (uint32_t)part : count - progress->next;
}

static VkcResult submit_part(struct diversity *diversity, struct batch *batch,
                             struct progress *progress, uint64_t *ticket, uint32_t *part)
{
	VkcResult result;
	struct stream *stream = diversity->gram->stream;
	TRY(stream_begin(stream));
	if (batch->merging && progress->next == 0)
		merge_record_list(&batch->merge, &batch->walks);
	*part = next_part(batch, progress);
	if (batch->source == SOURCE_MATRIX)
		TRY(record_walk(diversity, batch, progress->next, *part, progress->steps));
	else if (batch->source == SOURCE_NONE)
		TRY(lazy_record(&diversity->lazy, &batch->walks, progress->steps));
	else
		TRY(record_picked_steps(diversity, batch, progress->steps));
	if (batch->merging && progress->next + *part == walks_going_on(batch))
		merge_record_snapshot(&batch->merge, &batch->walks, progress->rounds % 2);
	TRY(stream_submit(stream, ticket));
error:
	return result;
}

/* How much of the walks the first submission takes, before anything has been measured. */
static uint64_t first_units(const struct gram *gram, const struct batch *batch)
{
	const uint64_t some_products = 1ull << 27;
	const uint32_t count = batch->walks.count;
	if (batch->source == SOURCE_MATRIX)
		return 64;
	uint64_t steps = some_products / ((uint64_t)gram->rows->padded * gram->rows->dim * count);
	return (steps < 1 ? 1 : steps < 64 ? steps
	                                   : 64) *
	       count;
}

/* Takes all walks so many steps on, in submissions of bounded time, two in flight. */
static VkcResult walk(struct diversity *diversity, struct batch *batch, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct stream *stream = diversity->gram->stream;
	struct progress progress = {
		.total = steps,
		.pace = pace_start(diversity->gram->device, first_units(diversity->gram, batch)),
	};
	while (progress.done < progress.total) {
		/* The round before the last one has been waited for. */
		const unsigned turn = progress.rounds % 2;
		if (batch->merging && progress.next == 0 && progress.rounds >= 2)
			TRY(merge_look(&batch->merge, turn, progress.ends[turn]));
		if (!walks_going_on(batch))
			break;
		uint64_t ticket;
		uint32_t part;
		TRY(submit_part(diversity, batch, &progress, &ticket, &part));
		if (progress.ticket) {
			TRY(stream_wait(stream, progress.ticket));
			pace_update(&progress.pace, progress.before, stream);
		}
		progress.ticket = ticket;
		progress.before = (uint64_t)part * progress.steps;
		/* A lazy walk's steps cost next to nothing while its elements are given. */
		if (batch->source == SOURCE_NONE && progress.done < batch->walks.prefix_length)
			progress.before = 0;
		progress.next += part;
		if (progress.next == walks_going_on(batch)) {
			progress.done += progress.steps;
			progress.ends[turn] = progress.done;
			progress.rounds++;
			progress.next = 0;
		}
	}
error:
	return result;
}

/* Chooses where rows come from, and makes what they come from. */
static VkcResult choose_source(struct diversity *diversity, struct batch *batch,
                               uint32_t num_sequences)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	struct lazy *lazy = &diversity->lazy;
	/* Of the matrix, if nothing is merged. */
	uint64_t rows = (uint64_t)num_sequences * (batch->walks.length - 1);
	TRY(gram_plan(gram));
	batch->source = SOURCE_PICKED;
	if (gram_worth_finishing(gram, rows < UINT32_MAX ? (uint32_t)rows : UINT32_MAX)) {
		batch->source = SOURCE_MATRIX;
		TRY(gram_reach(gram, gram->rows->padded));
	} else if (!gram->whole && gram->device->tuning.lazy != 0 && lazy_fits(lazy)) {
		result = lazy_begin(lazy, term_shift(gram->rows));
		if (result == VKC_SUCCESS)
			batch->source = SOURCE_NONE;
		else if (result != VKC_ERROR_OUT_OF_DEVICE_MEMORY) /* somebody else uses the device */
			goto error;
	}
	if (batch->source == SOURCE_PICKED)
		TRY(picked_begin(&diversity->picked));
	if (batch->source != SOURCE_NONE)
		TRY(need_walk(diversity, batch->source == SOURCE_MATRIX ? gram->num_arenas : 1));
	result = VKC_SUCCESS;
error:
	return result;
}

/* How many walks without a matrix may be in flight: a step of all of them is the least that
 * a submission takes. */
static uint32_t most_walks(const struct gram *gram)
{
	const uint64_t most_products = gram->device->limits.cpu ? 1ull << 30 : 1ull << 34;
	uint64_t most = most_products / ((uint64_t)gram->rows->padded * gram->rows->dim);
	/* Four walks share what they read. */
	return most < 4 ? 4 : most < UINT32_MAX ? (uint32_t)most
	                                        : UINT32_MAX;
}

/* Makes all that up to `wanted` walks need. */
static VkcResult prepare(struct diversity *diversity, struct batch *batch, uint32_t wanted)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	struct walks *walks = &batch->walks;
	uint64_t each = 0;
	uint64_t most_each = 0;
	TRY(choose_source(diversity, batch, wanted));
	if (batch->source == SOURCE_NONE) {
		each = lazy_walk_bytes(&diversity->lazy);
		most_each = lazy_walk_range(&diversity->lazy);
	} else if (batch->source == SOURCE_PICKED) {
		each = most_each = picked_walk_bytes(&diversity->picked);
	}
	if (batch->source != SOURCE_MATRIX && wanted > most_walks(gram))
		wanted = most_walks(gram);
	walks_lay_out(walks, gram, walks_afford(walks, gram, each, most_each, wanted));
	TRY(walks_create(walks, gram));
	if (batch->source == SOURCE_NONE)
		TRY(lazy_allocate(&diversity->lazy, walks));
	if (batch->source == SOURCE_PICKED)
		TRY(picked_allocate(&diversity->picked, walks));
error:
	return result;
}

/* Walks from these prefixes to the output, which has a row for each. */
static VkcResult run(struct diversity *diversity, struct batch *batch, const uint32_t *prefixes,
                     uint32_t *output)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	TRY(walks_start(&batch->walks, gram, prefixes));
	if (batch->source == SOURCE_NONE)
		TRY(lazy_start(&diversity->lazy, &batch->walks));
	/* The last element's row is never added; a lazy walk takes a step to choose it. */
	TRY(walk(diversity, batch, batch->walks.length - (batch->source == SOURCE_NONE ? 0 : 1)));
	TRY(walks_finish(&batch->walks, gram, output));
	while (batch->source == SOURCE_NONE && batch->walks.behind) {
		TRY(walk(diversity, batch, batch->walks.behind));
		TRY(walks_finish(&batch->walks, gram, output));
	}
error:
	return result;
}

/* The same with walks that equal others merged; `first` is the batch's row in output. */
static VkcResult run_merging(struct diversity *diversity, struct batch *batch,
                             const uint32_t *prefixes, uint32_t first, uint32_t *output)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	struct walks *walks = &batch->walks;
	const uint64_t length = walks->length;
	const uint32_t count = walks->count;
	batch->merging = true;
	merge_start(&batch->merge, walks, first);
	TRY(run(diversity, batch, prefixes, output + first * length));
	batch->merging = false;
	uint32_t num_failed = merge_finish(&batch->merge, walks, output);
	for (uint32_t i = 0; i < num_failed; i++) {
		uint32_t again = batch->merge.failed[i];
		walks_lay_out(walks, gram, 1);
		TRY(run(diversity, batch, prefixes + (uint64_t)again * walks->prefix_length,
		        output + (first + again) * length));
	}
	walks_lay_out(walks, gram, count);
error:
	batch->merging = false;
	return result;
}

VkcResult diversity_sequences(struct diversity *diversity, const uint32_t *prefixes,
                              uint32_t num_sequences, uint32_t prefix_length, uint32_t length,
                              uint32_t *output)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	struct batch batch = {.walks = {.prefix_length = prefix_length, .length = length}};
	struct walks *walks = &batch.walks;
	if (length == prefix_length) {
		memcpy(output, prefixes, (size_t)num_sequences * length * sizeof(*output));
		return VKC_SUCCESS;
	}
	TRY(prepare(diversity, &batch, num_sequences));
	const uint32_t capacity = walks->count;
	const bool merging = batch.source == SOURCE_MATRIX && num_sequences > 1 &&
	                     gram->device->tuning.merge != 0 &&
	                     merge_open(&batch.merge, gram, walks, num_sequences, output);
	for (uint32_t first = 0; first < num_sequences; first += walks->count) {
		uint32_t left = num_sequences - first;
		const uint32_t *from = prefixes + (uint64_t)first * prefix_length;
		walks_lay_out(walks, gram, left < capacity ? left : capacity);
		if (merging)
			TRY(run_merging(diversity, &batch, from, first, output));
		else
			TRY(run(diversity, &batch, from, output + (uint64_t)first * length));
	}
error:
	if (result != VKC_SUCCESS)
		(void)stream_drain(gram->stream);
	merge_close(&batch.merge);
	walks_destroy(walks, gram);
	lazy_release(&diversity->lazy);
	picked_release(&diversity->picked);
	return result;
}
