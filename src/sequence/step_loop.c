/* SPDX-License-Identifier: MIT */
#include "sequence/step_loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"

/* The fewest steps per dispatch. A dispatch loads and stores all scores of its walks, and with few
 * steps it would do little else. If a submission cannot take this many steps of all walks, it
 * advances a subset. */
#define MIN_STEPS 64

/* Where near steps make submissions shorter, they still advance walks by so many steps and, if all
 * walks advance, do at least this part of the work of one that may take its time. So their own
 * overhead remains small. */
#define LEAST_STEPS 16
#define LEAST_PART 128

/* What the host knows about a walk. Positions count half steps: a walk that stands at a near step
 * has added its row, but has not chosen the next. */
struct progress {
	uint64_t position; /* in the last snapshot */
	uint64_t expected; /* once the submitted work is complete */
	uint64_t flight;   /* the last submission that advances it */
	uint32_t noticed;  /* the number of rows added at the last near step that was seen, */
	uint32_t decided;  /* and at the last one that was decided */
	uint32_t fetched;  /* elements of its order that the host has */
	uint32_t checkpoint;
};

/* A submission whose end was not waited for. */
struct flight {
	uint64_t number; /* 1, 2, …; 0 = none */
	uint64_t ticket;
	uint32_t steps;
	struct near_step *near_steps; /* whose walks it brings to the host */
	uint32_t num_near;
};

struct loop {
	struct batch *batch;
	const struct strategy_ops *ops;
	struct stream *stream;
	struct submit_budget submit_budget; /* in steps of one walk */
	uint64_t end;                       /* the position at which a walk is complete */
	struct progress *progress;          /* one per walk */
	uint32_t *decisions;                /* as in the state: two words per walk */
	bool decisions_changed;             /* those on the device are out of date */
	/* Near steps to be brought to the host by the next submission, and those of the submissions in
	 * flight. */
	struct near_step *near_steps[3];
	uint32_t num_near; /* in near_steps[0] */
	struct walk_part *parts;
	/* The most steps per submission. A walk that stands waits for others that do not, and where
	 * each step is a few dispatches, those after a near step are recorded in vain. */
	uint32_t max_steps;
	uint32_t next; /* first active walk of the next submission */
	uint64_t num_flights;
};

static uint32_t num_active_walks(const struct batch *batch)
{
	return batch->merging ? batch->merge.num_active : batch->walks.count;
}

static uint32_t active_walk(const struct batch *batch, uint32_t i)
{
	return batch->merging ? batch->merge.active[i] : i;
}

static uint64_t position_of(uint32_t added, bool stands)
{
	return 2 * (uint64_t)added - (stands ? 1 : 0);
}

/* The number of rows added at a position. */
static uint32_t added_at(uint64_t position)
{
	return (uint32_t)((position + position % 2) / 2);
}

/* Whether the walk waits for a decision that was not made yet. */
static bool is_undecided(const struct progress *progress)
{
	return progress->expected % 2 && progress->decided != added_at(progress->expected);
}

static bool wants_work(const struct loop *loop, const struct progress *progress)
{
	return progress->expected < loop->end && !is_undecided(progress);
}

static uint64_t expected_after(const struct loop *loop, uint64_t position, uint32_t steps)
{
	return min_u64(position_of(added_at(position), false) + 2 * (uint64_t)steps, loop->end);
}

/* Walks that want work, and the most steps that one of them has left. */
static uint32_t num_waiting(const struct loop *loop, uint32_t *steps_left)
{
	uint32_t count = 0;
	*steps_left = 1;
	for (uint32_t i = 0; i < num_active_walks(loop->batch); i++) {
		const struct progress *progress = &loop->progress[active_walk(loop->batch, i)];
		if (!wants_work(loop, progress))
			continue;
		count++;
		*steps_left = max_u32(*steps_left, (uint32_t)((loop->end - progress->expected) / 2));
	}
	return count;
}

/* The most steps of the next submission. waiting: num_waiting(). */
static uint64_t step_limit(const struct loop *loop, uint32_t waiting)
{
	const uint64_t work = loop->submit_budget.work;
	const uint32_t num_active = num_active_walks(loop->batch);
	if (!loop->ops->allows_subsets)
		return loop->max_steps;
	/* A walk that stands waits for no other one. */
	if (num_active == 1)
		return UINT64_MAX;
	/* All of them advance, rather than few of them by more steps. */
	const uint64_t least = max_u64(work / LEAST_PART / num_active,
	                               min_u64(LEAST_STEPS, work / waiting));
	return max_u64(least, loop->max_steps);
}

/* Decides which walks the next submission advances, and by how many steps. Returns false if there
 * is nothing to submit. */
static bool choose_range(struct loop *loop, struct walk_range *range)
{
	const struct batch *batch = loop->batch;
	const uint64_t work = loop->submit_budget.work;
	const uint32_t num_active = num_active_walks(batch);
	uint32_t steps_left;
	const uint32_t waiting = num_waiting(loop, &steps_left);
	if (!waiting)
		return false;
	if (loop->next >= num_active)
		loop->next = 0;
	uint64_t steps = work / waiting;
	if (loop->ops->allows_subsets && steps < MIN_STEPS)
		steps = min_u64(work, MIN_STEPS);
	steps = min_u64(max_u64(min_u64(steps, step_limit(loop, waiting)), 1), steps_left);
	*range = (struct walk_range){
		.walks = &batch->walks,
		.listed = batch->merging,
		.first = loop->next,
		.count = num_active - loop->next,
		.steps = (uint32_t)steps,
		.checkpoint = batch->merging ? batch->merge.checkpoint : UINT32_MAX,
	};
	/* At most one checkpoint per submission: the host sees the last one only. */
	while (range->checkpoint < range->steps)
		range->checkpoint *= 2;
	if (loop->ops->allows_subsets) {
		uint64_t left = max_u64(work / max_u32(range->steps, 1), 1);
		uint32_t i = loop->next;
		for (; i < num_active && left > 0; i++)
			left -= wants_work(loop, &loop->progress[active_walk(batch, i)]) ? 1 : 0;
		range->count = i - loop->next;
	}
	return true;
}

static void record_decisions(struct loop *loop)
{
	const struct walks *walks = &loop->batch->walks;
	if (!loop->decisions_changed)
		return;
	stream_update(loop->stream, &walks->state, (uint64_t)walks->layout.decisions * 16,
	              loop->decisions, 2 * sizeof(*loop->decisions) * walks->count);
	stream_barrier(loop->stream);
	loop->decisions_changed = false;
}

/* Records what brings the noticed near steps to the host. */
static void record_near_steps(struct loop *loop, struct flight *flight)
{
	struct batch *batch = loop->batch;
	struct near_step *steps = loop->near_steps[0];
	for (uint32_t i = 0; i < loop->num_near; i++) {
		struct progress *progress = &loop->progress[steps[i].walk];
		loop->parts[i] = (struct walk_part){
			.walk = steps[i].walk,
			.first = progress->fetched,
			.end = steps[i].num_chosen,
		};
		progress->fetched = steps[i].num_chosen;
	}
	walks_record_fetch(&batch->walks, loop->parts, loop->num_near);
	flight->near_steps = steps;
	flight->num_near = loop->num_near;
	loop->near_steps[0] = loop->near_steps[1];
	loop->near_steps[1] = loop->near_steps[2];
	loop->near_steps[2] = steps;
	loop->num_near = 0;
}

/* Submits what brings near steps to the host, and the next steps of the range, unless that is
 * NULL. */
static VkcResult submit(struct loop *loop, const struct walk_range *range, struct flight *flight)
{
	VkcResult result;
	struct batch *batch = loop->batch;
	*flight = (struct flight){.number = loop->num_flights + 1};
	TRY(stream_begin(loop->stream));
	record_near_steps(loop, flight);
	if (range) {
		flight->steps = range->steps;
		if (batch->merging)
			merge_record_list(&batch->merge, &batch->walks);
		record_decisions(loop);
		TRY(loop->ops->record(batch->strategy, range));
	}
	walks_record_snapshot(&batch->walks, flight->number % 2);
	TRY(stream_submit(loop->stream, &flight->ticket));
	loop->num_flights++;
	for (uint32_t i = 0; range && i < range->count; i++) {
		struct progress *progress = &loop->progress[active_walk(batch, range->first + i)];
		if (is_undecided(progress))
			continue;
		progress->expected = expected_after(loop, progress->expected, range->steps);
		progress->flight = flight->number;
	}
	loop->next += range ? range->count : 0;
error:
	return result;
}

/* Decides near steps that a submission has brought to the host. */
static VkcResult decide(struct loop *loop, struct near_step *steps, uint32_t count)
{
	VkcResult result;
	struct batch *batch = loop->batch;
	if (!count)
		return VKC_SUCCESS;
	TRY(walks_end_fetch(&batch->walks));
	TRY(decisions_decide(batch->decisions, &batch->walks, steps, count));
	for (uint32_t i = 0; i < count; i++) {
		loop->progress[steps[i].walk].decided = steps[i].num_chosen;
		loop->decisions[2 * (size_t)steps[i].walk] = steps[i].num_chosen;
		loop->decisions[2 * (size_t)steps[i].walk + 1] = steps[i].item;
	}
	loop->decisions_changed = true;
error:
	return result;
}

/* Takes note of a walk's head. Returns whether the walk stands at a near step that was not seen
 * before. */
static bool read_head(struct loop *loop, uint32_t walk, const uint32_t *head)
{
	struct batch *batch = loop->batch;
	struct progress *progress = &loop->progress[walk];
	const uint32_t added = head[(size_t)WALK_COUNTERS * 4];
	const bool stands = head[(size_t)WALK_STATUS * 4] != 0;
	const uint32_t *checkpoint = head + (size_t)WALK_CHECKPOINT * 4;
	progress->position = position_of(added, stands);
	progress->expected = progress->position;
	if (batch->merging && checkpoint[0] > progress->checkpoint) {
		struct set_hash hash;
		memcpy(&hash, checkpoint + 1, sizeof(hash));
		merge_note(&batch->merge, walk, checkpoint[0], &hash);
		progress->checkpoint = checkpoint[0];
	}
	const bool is_new = stands && progress->noticed != added;
	if (is_new)
		progress->noticed = added;
	return is_new;
}

/* Adapts max_steps to the number of steps from one near step of a walk to the next. */
static void update_max_steps(struct loop *loop, uint64_t steps, uint32_t num_near)
{
	if (!num_near) {
		loop->max_steps = loop->max_steps < UINT32_MAX / 2 ? loop->max_steps * 2 : UINT32_MAX;
	} else {
		const uint64_t interval = steps / num_near;
		const uint64_t most = loop->ops->allows_subsets ? interval / 8 : 2 * interval;
		loop->max_steps = (uint32_t)min_u64(max_u64(most, 1), UINT32_MAX);
	}
}

/* Reads the snapshot of a submission that has ended. newest: the submission after it, which is in
 * flight, or NULL. */
static VkcResult read_snapshot(struct loop *loop, const struct flight *ended,
                               const struct flight *newest)
{
	VkcResult result;
	struct batch *batch = loop->batch;
	const uint32_t *heads;
	uint64_t half_steps = 0;
	uint32_t num_near = 0;
	TRY(walks_read_snapshot(&batch->walks, ended->number % 2, &heads));
	for (uint32_t i = 0; i < num_active_walks(batch); i++) {
		const uint32_t walk = active_walk(batch, i);
		struct progress *progress = &loop->progress[walk];
		const uint64_t before = progress->position;
		if (read_head(loop, walk, heads + (size_t)walk * WALK_HEAD_QUADS * 4))
			loop->near_steps[0][num_near++] = (struct near_step){
				.walk = walk,
				.num_chosen = added_at(progress->position),
			};
		else if (newest && progress->flight == newest->number && !is_undecided(progress))
			progress->expected = expected_after(loop, progress->position, newest->steps);
		/* Steps to prefix items may take almost no time and say nothing about later steps. */
		if (!loop->ops->prefix_steps_free || progress->position / 2 >= batch->walks.prefix_length)
			half_steps += progress->position - before;
	}
	submit_budget_update(&loop->submit_budget, half_steps / 2, loop->stream);
	update_max_steps(loop, half_steps / 2, num_near);
	if (batch->merging)
		merge_update_active(&batch->merge);
	if (walks_are_mapped(&batch->walks))
		TRY(decide(loop, loop->near_steps[0], num_near));
	else
		loop->num_near = num_near;
error:
	return result;
}

static VkcResult open_loop(struct loop *loop)
{
	const uint32_t count = loop->batch->walks.count;
	loop->progress = calloc(count, sizeof(*loop->progress));
	loop->decisions = malloc(2 * sizeof(*loop->decisions) * count);
	bool near_steps = true;
	for (int i = 0; i < 3; i++) {
		loop->near_steps[i] = calloc(count, sizeof(**loop->near_steps));
		near_steps &= loop->near_steps[i] != NULL;
	}
	loop->parts = calloc(count, sizeof(*loop->parts));
	if (!loop->progress || !loop->decisions || !near_steps || !loop->parts)
		return error_set(loop->batch->walks.engine->device.error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left to follow %u sequences: free some, or ask "
		                 "for fewer at a time.",
		                 count);
	memset(loop->decisions, 0xff, 2 * sizeof(*loop->decisions) * count);
	return VKC_SUCCESS;
}

static void close_loop(struct loop *loop)
{
	free(loop->progress);
	free(loop->decisions);
	for (int i = 0; i < 3; i++)
		free(loop->near_steps[i]);
	free(loop->parts);
}

/* Whether the batch must stop. */
static bool is_time_up(const struct loop *loop)
{
	const struct batch *batch = loop->batch;
	uint32_t elements = batch->walks.length;
	if (!batch->deadline)
		return false;
	for (uint32_t i = 0; i < num_active_walks(batch); i++) {
		const uint64_t position = loop->progress[active_walk(batch, i)].position;
		elements = min_u32(elements, walks_elements(&batch->walks, added_at(position),
		                                            position % 2));
	}
	return deadline_check(batch->deadline, elements);
}

VkcResult step_loop_run(struct batch *batch)
{
	VkcResult result;
	struct engine *engine = batch->walks.engine;
	const struct strategy_ops *ops = batch->strategy->ops;
	const uint64_t work = ops->initial_work ? ops->initial_work(batch->strategy, &batch->walks)
	                                        : walks_initial_work(&batch->walks);
	struct loop loop = {
		.batch = batch,
		.ops = ops,
		.stream = &engine->stream,
		.submit_budget = submit_budget_start(&engine->device, work),
		.end = position_of(batch->walks.steps, false),
		.max_steps = UINT32_MAX,
	};
	struct flight previous = {0};
	struct walk_range range;
	TRY(open_loop(&loop));
	for (;;) {
		struct flight current = {0};
		const bool in_time = !is_time_up(&loop);
		const bool has_range = in_time && choose_range(&loop, &range);
		if (has_range || (in_time && loop.num_near))
			TRY(submit(&loop, has_range ? &range : NULL, &current));
		if (!current.number && !previous.number)
			break;
		if (previous.number) {
			TRY(stream_wait(loop.stream, previous.ticket));
			TRY(decide(&loop, previous.near_steps, previous.num_near));
			TRY(read_snapshot(&loop, &previous, current.number ? &current : NULL));
		}
		previous = current;
	}
error:
	close_loop(&loop);
	return result;
}
