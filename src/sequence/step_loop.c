/* SPDX-License-Identifier: MIT */
#include "sequence/step_loop.h"

#include "base/minmax.h"

/* A dispatch loads and stores all scores of its walks, so that few steps of many walks would do
 * little else: where a submission cannot take so many steps of all walks, it takes them of some. */
#define MIN_STEPS 64

/* How far the walks of a batch are. They go on in rounds: all of them take the same number of
 * steps, a part of them in each submission. */
struct loop {
	struct batch *batch;
	const struct strategy_ops *ops;
	struct stream *stream;
	struct submit_budget submit_budget; /* in steps of one walk */
	uint32_t total;                     /* steps to the end */
	uint32_t done;                      /* that all walks have taken, after what was submitted */
	uint32_t steps;                     /* of this round */
	uint32_t next;                      /* the first of the active walks whose turn is next */
	uint32_t rounds;                    /* that have been submitted whole */
	uint32_t reported;                  /* steps that progress() has told */
	uint64_t ticket;                    /* of the submission before; 0 = none */
	uint64_t previous_work;             /* its steps times walks */
};

static uint32_t num_active_walks(const struct batch *batch)
{
	return batch->merging ? batch->merge.num_active : batch->walks.count;
}

/* How many walks take part in the next submission. */
static uint32_t range_count(struct loop *loop)
{
	const uint32_t count = num_active_walks(loop->batch);
	const uint64_t work = loop->submit_budget.work;
	if (loop->next == 0) {
		uint64_t steps = work / count;
		if (loop->ops->allows_subsets && steps < MIN_STEPS)
			steps = min_u64(work, MIN_STEPS);
		steps = steps ? steps : 1;
		loop->steps = (uint32_t)min_u64(steps, loop->total - loop->done);
	}
	if (!loop->ops->allows_subsets)
		return count;
	return (uint32_t)min_u64(max_u64(work / loop->steps, 1), count - loop->next);
}

static VkcResult submit_range(struct loop *loop, uint64_t *ticket, uint32_t *count)
{
	VkcResult result;
	struct batch *batch = loop->batch;
	TRY(stream_begin(loop->stream));
	if (batch->merging && loop->next == 0)
		merge_record_list(&batch->merge, &batch->walks);
	*count = range_count(loop);
	const struct walk_range range = {
		.walks = &batch->walks,
		.listed = batch->merging,
		.first = loop->next,
		.count = *count,
		.steps = loop->steps,
		.parity = loop->rounds % 2,
	};
	TRY(loop->ops->record(batch->strategy, &range));
	if (batch->merging && loop->next + *count == num_active_walks(batch))
		merge_record_snapshot(&batch->merge, &batch->walks, loop->rounds % 2);
	TRY(stream_submit(loop->stream, ticket));
error:
	return result;
}

/* Waits for the submission before the newest, and learns from it. newest: the steps of that. */
static VkcResult wait_previous(struct loop *loop, uint32_t newest)
{
	VkcResult result;
	TRY(stream_wait(loop->stream, loop->ticket));
	if (loop->ops->progress) {
		/* Each submission is a round; the one waited for is the last, or that before the newest. */
		const unsigned parity = (loop->rounds - (newest ? 2 : 1)) % 2;
		uint32_t taken;
		TRY(loop->ops->progress(loop->batch->strategy, parity, &taken));
		loop->previous_work = (uint64_t)(taken - loop->reported) * num_active_walks(loop->batch);
		loop->reported = taken;
		loop->done = taken + newest;
	}
	submit_budget_update(&loop->submit_budget, loop->previous_work, loop->stream);
error:
	return result;
}

VkcResult step_loop_run(struct batch *batch, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct engine *engine = batch->walks.engine;
	const struct strategy_ops *ops = batch->strategy->ops;
	struct loop loop = {
		.batch = batch,
		.ops = ops,
		.stream = &engine->stream,
		.submit_budget = submit_budget_start(&engine->device,
	                                         ops->initial_work(batch->strategy, &batch->walks)),
		.total = steps,
	};
	while (loop.done < loop.total) {
		/* The round before the last one has been waited for. */
		if (batch->merging && loop.next == 0 && loop.rounds >= 2)
			TRY(merge_check(&batch->merge, loop.rounds % 2));
		if (!num_active_walks(batch))
			break;
		uint64_t ticket;
		uint32_t count;
		TRY(submit_range(&loop, &ticket, &count));
		loop.next += count;
		if (loop.next == num_active_walks(batch)) {
			loop.done += loop.steps;
			loop.rounds++;
			loop.next = 0;
		}
		if (loop.ticket)
			TRY(wait_previous(&loop, loop.steps));
		loop.ticket = ticket;
		loop.previous_work = (uint64_t)count * loop.steps;
		/* Such a submission says nothing of those that follow. */
		if (ops->prefix_steps_free && loop.done < batch->walks.prefix_length)
			loop.previous_work = 0;
		if (ops->progress && loop.done >= loop.total) {
			TRY(wait_previous(&loop, 0));
			loop.ticket = 0;
		}
	}
error:
	return result;
}
