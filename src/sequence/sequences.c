/* SPDX-License-Identifier: MIT */
#include "sequence/sequences.h"

#include <string.h>

#include "base/minmax.h"
#include "sequence/step_loop.h"

/* Looks for what the device can decide near steps with. */
static VkcResult find_integers(struct strategies *strategies, const struct walks *walks,
                               uint32_t requested)
{
	struct device *device = &walks->engine->device;
	/* Mesa 26.1 decides wrongly on the CPU where there are more contenders than invocations. */
	const bool wanted = device->tuning.integers < 0 ? !device->limits.cpu : device->tuning.integers;
	if (!wanted || !walks->objective->compares_with_centroid ||
	    !walks_pay_for_integers(walks, requested))
		return VKC_SUCCESS;
	if (!integers_find(&strategies->integers, &walks->rows->numbers))
		return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left to look for small integers in %u rows of %u "
		                 "numbers: free some.",
		                 walks->rows->num_rows, walks->rows->dim);
	return VKC_SUCCESS;
}

/* Chooses the strategy and allocates everything for up to `requested` concurrent walks. */
static VkcResult prepare(struct strategies *strategies, struct batch *batch, uint32_t requested)
{
	VkcResult result;
	struct walks *walks = &batch->walks;
	/* The row of an order's last element is never added. */
	const uint64_t max_rows = (uint64_t)requested * (walks->length - 1);
	TRY(strategies_choose(strategies, walks, requested, max_rows, &batch->strategy));
	const struct strategy_ops *ops = batch->strategy->ops;
	const struct walk_cost cost = ops->walk_cost(batch->strategy);
	walks->steps = walks->length - (ops->chooses_last ? 0 : 1);
	if (strategies->integers.rows)
		walks_use_integers(walks, &strategies->integers, cost, requested);
	walks_lay_out(walks, walks_affordable(walks, cost, requested));
	TRY(walks_create(walks));
	TRY(ops->prepare(batch->strategy, walks, max_rows));
error:
	return result;
}

static bool is_stopped(const struct batch *batch)
{
	return batch->deadline && batch->deadline->passed;
}

/* Runs the walks of a batch from their prefixes. `output` has one row for each. */
static VkcResult run(struct batch *batch, const uint32_t *prefixes, uint32_t *output)
{
	VkcResult result;
	struct walks *walks = &batch->walks;
	if (batch->deadline)
		deadline_start(batch->deadline);
	TRY(walks_start(walks, prefixes));
	if (batch->strategy->ops->start)
		TRY(batch->strategy->ops->start(batch->strategy, walks));
	TRY(decisions_begin(batch->decisions, walks->count, walks->rows, walks->engine->device.error));
	TRY(step_loop_run(batch));
	TRY(walks_finish(walks, output));
error:
	return result;
}

/* After a batch was stopped, a merged walk has as many elements as the walk that it copied. */
static void count_copied(struct batch *batch)
{
	const struct merge *merge = &batch->merge;
	const struct walks *walks = &batch->walks;
	for (uint32_t w = 0; w < walks->count; w++) {
		if (merge->merged_walks[w].failed)
			continue;
		uint32_t row = merge->first_row + w;
		while (row >= merge->first_row && merge->merged_walks[row - merge->first_row].step)
			row = merge->merged_walks[row - merge->first_row].row;
		walks->reached[w] = row < merge->first_row ? walks->length
		                                           : walks->reached[row - merge->first_row];
	}
}

/* Runs the batch with merging. `first` is the row of the batch's first walk in `output`. */
static VkcResult run_merging(struct batch *batch, const uint32_t *prefixes, uint32_t first,
                             uint32_t *output)
{
	VkcResult result;
	struct walks *walks = &batch->walks;
	const uint64_t length = walks->length;
	const uint32_t count = walks->count;
	uint32_t *reached = walks->reached;
	batch->merging = true;
	merge_start(&batch->merge, walks, first);
	TRY(run(batch, prefixes, output + first * length));
	batch->merging = false;
	uint32_t num_failed = merge_finish(&batch->merge, walks, output);
	if (reached)
		count_copied(batch);
	for (uint32_t i = 0; i < num_failed && !is_stopped(batch); i++) {
		uint32_t again = batch->merge.failed[i];
		walks_lay_out(walks, 1);
		walks->reached = reached ? reached + again : NULL;
		TRY(run(batch, prefixes + (uint64_t)again * walks->prefix_length,
		        output + (first + again) * length));
	}
	walks_lay_out(walks, count);
error:
	batch->merging = false;
	return result;
}

/* Computes all sequences, in batches of up to walks.count. */
static VkcResult run_batches(struct batch *batch, const struct sequences *sequences, bool merging)
{
	VkcResult result = VKC_SUCCESS;
	struct walks *walks = &batch->walks;
	const uint64_t length = walks->length;
	const uint32_t capacity = walks->count;
	uint32_t *rows = sequences->output - sequences->num_finished * length;
	uint32_t first = 0;
	for (; first < sequences->num_sequences && !is_stopped(batch); first += walks->count) {
		const uint32_t left = sequences->num_sequences - first;
		const uint32_t *from = sequences->prefixes + (uint64_t)first * walks->prefix_length;
		walks->reached = sequences->reached ? sequences->reached + first : NULL;
		walks_lay_out(walks, left < capacity ? left : capacity);
		if (merging)
			TRY(run_merging(batch, from, sequences->num_finished + first, rows));
		else
			TRY(run(batch, from, sequences->output + first * length));
	}
	for (; sequences->reached && first < sequences->num_sequences; first++)
		sequences->reached[first] = walks->prefix_length;
error:
	return result;
}

VkcResult sequences_compute(struct strategies *strategies, const struct objective *objective,
                            const struct sequences *sequences)
{
	VkcResult result;
	struct engine *engine = strategies->gram->engine;
	const uint32_t num_rows = sequences->num_finished + sequences->num_sequences;
	struct batch batch = {
		.walks = {
			.engine = engine,
			.rows = strategies->gram->rows,
			.objective = objective,
			.prefix_length = sequences->prefix_length,
			.length = sequences->length,
		},
		.decisions = &strategies->decisions,
		.deadline = sequences->deadline,
	};
	struct walks *walks = &batch.walks;
	if (sequences->length == sequences->prefix_length) {
		memcpy(sequences->output, sequences->prefixes,
		       (size_t)sequences->num_sequences * sequences->length * sizeof(*sequences->output));
		return VKC_SUCCESS;
	}
	TRY(decisions_prepare(batch.decisions, walks->rows, engine->device.error));
	walks->classes = batch.decisions->classes;
	TRY(find_integers(strategies, walks, sequences->num_sequences));
	TRY(prepare(strategies, &batch, sequences->num_sequences));
	const uint32_t *rows =
		sequences->output - (uint64_t)sequences->num_finished * sequences->length;
	const bool merging = batch.strategy->ops->merges && objective->depends_on_set && num_rows > 1 &&
	                     engine->device.tuning.merge != 0 &&
	                     merge_open(&batch.merge, walks, rows);
	TRY(run_batches(&batch, sequences, merging));
error:
	if (result != VKC_SUCCESS) {
		(void)stream_drain(&engine->stream);
		row_cache_reset(&strategies->row_cache.cache);
	}
	merge_close(&batch.merge);
	walks_destroy(walks);
	if (batch.strategy && batch.strategy->ops->release)
		batch.strategy->ops->release(batch.strategy);
	return result;
}
