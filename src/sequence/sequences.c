/* SPDX-License-Identifier: MIT */
#include "sequence/sequences.h"

#include <string.h>

#include "base/minmax.h"
#include "sequence/merge.h"

/* Where the rows of the Gram matrix come from. */
enum row_source {
	SOURCE_MATRIX,    /* they are kept */
	SOURCE_ROW_CACHE, /* each is computed when a walk needs it, and kept for a while */
	SOURCE_NONE       /* bounded walks do without */
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
	row_cache_open(&diversity->row_cache, gram);
	bounded_open(&diversity->bounded, gram);
}

void diversity_reset(struct diversity *diversity)
{
	row_cache_reset(&diversity->row_cache);
	bounded_reset(&diversity->bounded);
}

void diversity_spare(struct diversity *diversity)
{
	row_cache_reset(&diversity->row_cache);
}

void diversity_close(struct diversity *diversity)
{
	if (!diversity->gram)
		return;
	walk_kernel_close(&diversity->walk, diversity->gram->device);
	row_cache_close(&diversity->row_cache);
	bounded_close(&diversity->bounded);
}

/* ---- Steps ---------------------------------------------------------------------- */

/* Records steps of `count` of the walks that go on, from the one at `first` on. */
static VkcResult record_walk(struct diversity *diversity, const struct batch *batch, uint32_t first,
                             uint32_t count, uint32_t steps)
{
	const struct gram *gram = diversity->gram;
	const struct walk_rows from = {
		.segments = gram->segments,
		.num_segments = gram->num_segments,
		.rows_per_segment = gram->rows_per_segment,
	};
	return walk_kernel_record(&diversity->walk, gram, &batch->walks, &from, batch->merging, first,
	                          count, steps);
}

/* How far the walks of a batch are. They go on in rounds: all of them take the same
 * number of steps, a part of them in each submission. */
struct progress {
	uint32_t total;                     /* steps to the end */
	uint32_t done;                      /* steps that all walks have taken, after what was submitted */
	uint32_t steps;                     /* of this round */
	uint32_t next;                      /* the first walk, among those that go on, whose turn is next */
	struct submit_budget submit_budget; /* in steps of one walk */
	uint64_t ticket;                    /* of the submission before; 0 = none */
	uint64_t before;                    /* its steps times walks */
	uint32_t rounds;                    /* that have been submitted whole */
	uint32_t taken;                     /* steps that were seen to be taken: of walks that may stand still */
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
	const uint64_t units = progress->submit_budget.units;
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
		TRY(bounded_record(&diversity->bounded, &batch->walks, progress->steps));
	else
		TRY(row_cache_record(&diversity->row_cache, &diversity->walk, &batch->walks, batch->merging,
		                     *part, progress->steps, progress->rounds % 2));
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

/* Waits for the submission before the newest, and learns from it. newest: the steps of that. */
static VkcResult look_back(struct diversity *diversity, struct batch *batch,
                           struct progress *progress, uint32_t newest)
{
	VkcResult result;
	struct stream *stream = diversity->gram->stream;
	TRY(stream_wait(stream, progress->ticket));
	if (batch->source == SOURCE_ROW_CACHE) {
		/* Each submission is a round; the one waited for is the last, or that before the newest. */
		unsigned turn = (progress->rounds - (newest ? 2 : 1)) % 2;
		uint32_t taken;
		TRY(row_cache_taken(&diversity->row_cache, turn, &taken));
		progress->before = (uint64_t)(taken - progress->taken) * walks_going_on(batch);
		progress->taken = taken;
		progress->done = taken + newest;
	}
	submit_budget_update(&progress->submit_budget, progress->before, stream);
error:
	return result;
}

/* Takes all walks so many steps on, in submissions of bounded time, two in flight. */
static VkcResult walk(struct diversity *diversity, struct batch *batch, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct progress progress = {
		.total = steps,
		.submit_budget = submit_budget_start(diversity->gram->device, first_units(diversity->gram, batch)),
	};
	while (progress.done < progress.total) {
		/* The round before the last one has been waited for. */
		if (batch->merging && progress.next == 0 && progress.rounds >= 2)
			TRY(merge_look(&batch->merge, progress.rounds % 2));
		if (!walks_going_on(batch))
			break;
		uint64_t ticket;
		uint32_t part;
		TRY(submit_part(diversity, batch, &progress, &ticket, &part));
		progress.next += part;
		if (progress.next == walks_going_on(batch)) {
			progress.done += progress.steps;
			progress.rounds++;
			progress.next = 0;
		}
		if (progress.ticket)
			TRY(look_back(diversity, batch, &progress, progress.steps));
		progress.ticket = ticket;
		progress.before = (uint64_t)part * progress.steps;
		/* A bounded walk's steps cost next to nothing while its elements are given. */
		if (batch->source == SOURCE_NONE && progress.done < batch->walks.prefix_length)
			progress.before = 0;
		if (batch->source == SOURCE_ROW_CACHE && progress.done >= progress.total) {
			TRY(look_back(diversity, batch, &progress, 0));
			progress.ticket = 0;
		}
	}
error:
	return result;
}

/* How many walks with cached rows the memory allows. */
static uint32_t afford_row_cache(const struct diversity *diversity, struct walks *walks,
                                 uint32_t wanted)
{
	const struct row_cache *cache = &diversity->row_cache;
	return walks_afford(walks, diversity->gram, row_cache_walk_bytes(cache), 0,
	                    row_cache_kept_bytes(cache), min_u32(wanted, row_cache_max_rows(cache)));
}

/* Whether so many walks without the matrix are best taken lazily: where there are more, they
 * share the rows that they pick. */
static bool worth_laziness(const struct diversity *diversity, struct walks *walks, uint32_t wanted)
{
	const struct device *device = diversity->gram->device;
	/* A GPU reads the coarse rows for four walks as quickly as for one. */
	const uint32_t sharing = device->limits.cpu ? 4 : 16;
	if (device->tuning.bounded >= 0)
		return device->tuning.bounded;
	return afford_row_cache(diversity, walks, wanted) < sharing;
}

/* Makes the coarse rows, if they fit; *made says whether they are there. */
static VkcResult try_lazy(struct diversity *diversity, bool *made)
{
	*made = false;
	row_cache_reset(&diversity->row_cache);
	if (!bounded_fits(&diversity->bounded))
		return VKC_SUCCESS;
	VkcResult result = bounded_begin(&diversity->bounded, walk_term_shift(diversity->gram->rows));
	*made = result == VKC_SUCCESS;
	/* Somebody else uses the device: as if they did not fit. */
	return result == VKC_ERROR_OUT_OF_DEVICE_MEMORY ? VKC_SUCCESS : result;
}

/* Whether to compute so many rows takes a CPU driver about a second. */
static bool takes_long(const struct gram *gram, uint64_t rows)
{
	const uint64_t products = (uint64_t)gram->rows->padded * gram->rows->dim;
	return rows > (1u << 30) / products;
}

/* Chooses where rows come from, and makes what they come from. rows: of the matrix that `wanted`
 * walks need, if nothing is merged. */
static VkcResult choose_source(struct diversity *diversity, struct batch *batch, uint32_t wanted,
                               uint64_t rows)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	bool lazily = false;
	TRY(gram_plan(gram));
	if (gram_worth_finishing(gram, rows < UINT32_MAX ? (uint32_t)rows : UINT32_MAX)) {
		batch->source = SOURCE_MATRIX;
		diversity_spare(diversity);
		TRY(gram_reach(gram, gram->rows->padded));
		return walk_kernel_need(&diversity->walk, gram, gram->num_segments);
	}
	/* Where the matrix would fit, and little of it is asked for, laziness has to be worth its
	 * preparations. */
	if ((!gram->whole || gram->device->tuning.bounded == 1 || takes_long(gram, rows)) &&
	    worth_laziness(diversity, &batch->walks, wanted))
		TRY(try_lazy(diversity, &lazily));
	batch->source = lazily ? SOURCE_NONE : SOURCE_ROW_CACHE;
	if (!lazily) {
		bounded_reset(&diversity->bounded);
		TRY(row_cache_begin(&diversity->row_cache));
	}
	result = VKC_SUCCESS;
error:
	return result;
}

/* Makes all that up to `wanted` walks need. */
static VkcResult prepare(struct diversity *diversity, struct batch *batch, uint32_t wanted)
{
	VkcResult result;
	struct gram *gram = diversity->gram;
	struct walks *walks = &batch->walks;
	struct row_cache *cache = &diversity->row_cache;
	const uint64_t rows = (uint64_t)wanted * (walks->length - 1);
	TRY(choose_source(diversity, batch, wanted, rows));
	if (batch->source == SOURCE_NONE)
		/* A step of all of them is the least that a submission takes. */
		wanted = walks_afford(walks, gram, bounded_walk_bytes(&diversity->bounded),
		                      bounded_walk_range(&diversity->bounded), 0,
		                      min_u32(wanted, walks_max_rows(gram)));
	else if (batch->source == SOURCE_ROW_CACHE)
		wanted = afford_row_cache(diversity, walks, wanted);
	else
		wanted = walks_afford(walks, gram, 0, 0, 0, wanted);
	walks_lay_out(walks, gram, wanted);
	if (batch->source == SOURCE_ROW_CACHE)
		row_cache_make_room(cache, walks, rows);
	TRY(walks_create(walks, gram));
	if (batch->source == SOURCE_NONE)
		TRY(bounded_allocate(&diversity->bounded, walks));
	if (batch->source == SOURCE_ROW_CACHE) {
		TRY(row_cache_allocate(cache, walks));
		TRY(walk_kernel_need(&diversity->walk, gram, cache->num_segments));
	}
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
		TRY(bounded_start(&diversity->bounded, &batch->walks));
	if (batch->source == SOURCE_ROW_CACHE)
		TRY(row_cache_start(&diversity->row_cache));
	/* The last element's row is never added; a bounded walk takes a step to choose it. */
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
	const bool merging = batch.source != SOURCE_NONE && num_sequences > 1 &&
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
	if (result != VKC_SUCCESS) {
		(void)stream_drain(gram->stream);
		row_cache_reset(&diversity->row_cache);
	}
	merge_close(&batch.merge);
	walks_destroy(walks, gram);
	bounded_release(&diversity->bounded);
	row_cache_release(&diversity->row_cache);
	return result;
}
