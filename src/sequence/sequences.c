/* SPDX-License-Identifier: MIT */
#include "sequence/sequences.h"

#include <string.h>

#include "sequence/step_loop.h"

/* Chooses the strategy and allocates everything for up to `requested` concurrent walks. */
static VkcResult prepare(struct strategies *strategies, struct batch *batch, uint32_t requested)
{
	VkcResult result;
	struct walks *walks = &batch->walks;
	/* The row of an order's last element is never added. */
	const uint64_t max_rows = (uint64_t)requested * (walks->length - 1);
	TRY(strategies_choose(strategies, walks, requested, max_rows, &batch->strategy));
	const struct strategy_ops *ops = batch->strategy->ops;
	walks->steps = walks->length - (ops->chooses_last ? 0 : 1);
	walks_lay_out(walks, walks_affordable(walks, ops->walk_cost(batch->strategy), requested));
	TRY(walks_create(walks));
	TRY(ops->prepare(batch->strategy, walks, max_rows));
error:
	return result;
}

/* Runs the walks of a batch from their prefixes. `output` has one row for each. */
static VkcResult run(struct batch *batch, const uint32_t *prefixes, uint32_t *output)
{
	VkcResult result;
	struct walks *walks = &batch->walks;
	TRY(walks_start(walks, prefixes));
	if (batch->strategy->ops->start)
		TRY(batch->strategy->ops->start(batch->strategy, walks));
	/* Walks may have paused for some steps, so repeat until none is behind. */
	for (uint32_t steps = walks->steps; steps > 0; steps = batch->merging ? 0 : walks->steps_left) {
		TRY(step_loop_run(batch, steps));
		TRY(walks_finish(walks, output));
	}
error:
	return result;
}

/* Runs the batch with merging. `first` is the output row of the batch's first walk. */
static VkcResult run_merging(struct batch *batch, const uint32_t *prefixes, uint32_t first,
                             uint32_t *output)
{
	VkcResult result;
	struct walks *walks = &batch->walks;
	const uint64_t length = walks->length;
	const uint32_t count = walks->count;
	batch->merging = true;
	merge_start(&batch->merge, walks, first);
	TRY(run(batch, prefixes, output + first * length));
	batch->merging = false;
	uint32_t num_failed = merge_finish(&batch->merge, walks, output);
	for (uint32_t i = 0; i < num_failed; i++) {
		uint32_t again = batch->merge.failed[i];
		walks_lay_out(walks, 1);
		TRY(run(batch, prefixes + (uint64_t)again * walks->prefix_length,
		        output + (first + again) * length));
	}
	walks_lay_out(walks, count);
error:
	batch->merging = false;
	return result;
}

VkcResult sequences_compute(struct strategies *strategies, const struct objective *objective,
                            const uint32_t *prefixes, uint32_t num_sequences,
                            uint32_t prefix_length, uint32_t length, uint32_t *output)
{
	VkcResult result;
	struct engine *engine = strategies->gram->engine;
	struct batch batch = {.walks = {
							  .engine = engine,
							  .rows = strategies->gram->rows,
							  .objective = objective,
							  .prefix_length = prefix_length,
							  .length = length,
						  }};
	struct walks *walks = &batch.walks;
	if (length == prefix_length) {
		memcpy(output, prefixes, (size_t)num_sequences * length * sizeof(*output));
		return VKC_SUCCESS;
	}
	TRY(prepare(strategies, &batch, num_sequences));
	const uint32_t capacity = walks->count;
	const bool merging = batch.strategy->ops->merges && objective->depends_on_set &&
	                     num_sequences > 1 &&
	                     engine->device.tuning.merge != 0 &&
	                     merge_open(&batch.merge, walks, num_sequences, output);
	for (uint32_t first = 0; first < num_sequences; first += walks->count) {
		const uint32_t left = num_sequences - first;
		const uint32_t *from = prefixes + (uint64_t)first * prefix_length;
		walks_lay_out(walks, left < capacity ? left : capacity);
		if (merging)
			TRY(run_merging(&batch, from, first, output));
		else
			TRY(run(&batch, from, output + (uint64_t)first * length));
	}
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
