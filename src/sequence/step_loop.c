/* SPDX-License-Identifier: MIT */
#include "sequence/step_loop.h"

#include "base/minmax.h"

/* The fewest steps per dispatch. A dispatch loads and stores all scores of its walks, and with few
 * steps it would do little else. If a submission cannot take this many steps of all walks, it
 * advances a subset. */
#define MIN_STEPS 64

/* The progress of a batch. Walks advance in rounds. In a round all walks take the same number of
 * steps, possibly spread over several submissions. */
struct loop {
	struct batch *batch;
	const struct strategy_ops *ops;
	struct stream *stream;
	struct submit_budget submit_budget; /* in steps of one walk */
	uint32_t total;                     /* steps to take */
	/* steps that all walks have taken once the submitted work is complete */
	uint32_t done;
	uint32_t steps;         /* steps of this round */
	uint32_t next;          /* first active walk of the next submission */
	uint32_t rounds;        /* rounds submitted completely */
	uint32_t reported;      /* steps that progress() last reported */
	uint64_t ticket;        /* of the previous submission; 0 = none */
	uint64_t previous_work; /* steps times walks of the previous submission */
};

static uint32_t num_active_walks(const struct batch *batch)
{
	return batch->merging ? batch->merge.num_active : batch->walks.count;
}

/* Decides how many walks the next submission advances and, at the start of a round, by how many
 * steps. */
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

/* Waits for the previous submission and updates the submit budget. newest: the steps of the
 * submission after it, or 0 if there is none. */
static VkcResult wait_previous(struct loop *loop, uint32_t newest)
{
	VkcResult result;
	TRY(stream_wait(loop->stream, loop->ticket));
	if (loop->ops->progress) {
		/* With progress(), each submission is a round of its own. */
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

/* Whether the batch must stop before the next round. */
static bool is_time_up(const struct loop *loop)
{
	const struct batch *batch = loop->batch;
	const struct walks *walks = &batch->walks;
	if (!batch->deadline || loop->next != 0 || loop->rounds == 0)
		return false;
	/* With progress(), the steps that were submitted last are not all taken. */
	const uint32_t taken = loop->ops->progress ? loop->reported : loop->done;
	const uint32_t before = walks->steps - loop->total;
	return deadline_check(batch->deadline, walks_elements(walks, before + taken));
}

VkcResult step_loop_run(struct batch *batch, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct engine *engine = batch->walks.engine;
	const struct strategy_ops *ops = batch->strategy->ops;
	const uint64_t work = ops->initial_work ? ops->initial_work(batch->strategy, &batch->walks)
	                                        : walks_initial_work(&batch->walks);
	struct loop loop = {
		.batch = batch,
		.ops = ops,
		.stream = &engine->stream,
		.submit_budget = submit_budget_start(&engine->device, work),
		.total = steps,
	};
	while (loop.done < loop.total) {
		/* The snapshot of the round before the last is complete. */
		if (batch->merging && loop.next == 0 && loop.rounds >= 2)
			TRY(merge_check(&batch->merge, loop.rounds % 2));
		if (!num_active_walks(batch) || is_time_up(&loop))
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
		/* Steps to prefix items take almost no time and say nothing about later steps. */
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
