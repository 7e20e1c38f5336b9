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
	uint32_t next;                      /* the first walk, among those that go on, whose turn is next */
	uint32_t rounds;                    /* that have been submitted whole */
	uint32_t seen;                      /* steps that progress() has told */
	uint64_t ticket;                    /* of the submission before; 0 = none */
	uint64_t previous;                  /* its steps times walks */
};

static uint32_t walks_going_on(const struct batch *batch)
{
	return batch->merging ? batch->merge.num_active : batch->walks.count;
}

/* How many walks take part in the next submission. */
static uint32_t next_part(struct loop *loop)
{
	const uint32_t count = walks_going_on(loop->batch);
	const uint64_t units = loop->submit_budget.units;
	if (loop->next == 0) {
		uint64_t steps = units / count;
		if (loop->ops->takes_parts && steps < MIN_STEPS)
			steps = min_u64(units, MIN_STEPS);
		steps = steps ? steps : 1;
		loop->steps = (uint32_t)min_u64(steps, loop->total - loop->done);
	}
	if (!loop->ops->takes_parts)
		return count;
	return (uint32_t)min_u64(max_u64(units / loop->steps, 1), count - loop->next);
}

static VkcResult submit_part(struct loop *loop, uint64_t *ticket, uint32_t *count)
{
	VkcResult result;
	struct batch *batch = loop->batch;
	TRY(stream_begin(loop->stream));
	if (batch->merging && loop->next == 0)
		merge_record_list(&batch->merge, &batch->walks);
	*count = next_part(loop);
	const struct step_part part = {
		.walks = &batch->walks,
		.listed = batch->merging,
		.first = loop->next,
		.count = *count,
		.steps = loop->steps,
		.turn = loop->rounds % 2,
	};
	TRY(loop->ops->record(batch->strategy, &part));
	if (batch->merging && loop->next + *count == walks_going_on(batch))
		merge_record_snapshot(&batch->merge, &batch->walks, loop->rounds % 2);
	TRY(stream_submit(loop->stream, ticket));
error:
	return result;
}

/* Waits for the submission before the newest, and learns from it. newest: the steps of that. */
static VkcResult look_back(struct loop *loop, uint32_t newest)
{
	VkcResult result;
	TRY(stream_wait(loop->stream, loop->ticket));
	if (loop->ops->progress) {
		/* Each submission is a round; the one waited for is the last, or that before the newest. */
		const unsigned turn = (loop->rounds - (newest ? 2 : 1)) % 2;
		uint32_t taken;
		TRY(loop->ops->progress(loop->batch->strategy, turn, &taken));
		loop->previous = (uint64_t)(taken - loop->seen) * walks_going_on(loop->batch);
		loop->seen = taken;
		loop->done = taken + newest;
	}
	submit_budget_update(&loop->submit_budget, loop->previous, loop->stream);
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
	                                         ops->first_units(batch->strategy, &batch->walks)),
		.total = steps,
	};
	while (loop.done < loop.total) {
		/* The round before the last one has been waited for. */
		if (batch->merging && loop.next == 0 && loop.rounds >= 2)
			TRY(merge_look(&batch->merge, loop.rounds % 2));
		if (!walks_going_on(batch))
			break;
		uint64_t ticket;
		uint32_t count;
		TRY(submit_part(&loop, &ticket, &count));
		loop.next += count;
		if (loop.next == walks_going_on(batch)) {
			loop.done += loop.steps;
			loop.rounds++;
			loop.next = 0;
		}
		if (loop.ticket)
			TRY(look_back(&loop, loop.steps));
		loop.ticket = ticket;
		loop.previous = (uint64_t)count * loop.steps;
		/* Such a submission says nothing of those that follow. */
		if (ops->given_steps_free && loop.done < batch->walks.prefix_length)
			loop.previous = 0;
		if (ops->progress && loop.done >= loop.total) {
			TRY(look_back(&loop, 0));
			loop.ticket = 0;
		}
	}
error:
	return result;
}
