/* SPDX-License-Identifier: MIT
 *
 * A way to take walks on. In each step a walk adds a row of the Gram matrix to the scores of all
 * items and takes the lowest; strategies differ in where the rows come from, or do without them.
 * Results do not depend on the strategy. Each is one file; strategies.c chooses. */
#ifndef VKC_STRATEGY_H
#define VKC_STRATEGY_H

#include "sequence/walk_state.h"

/* The part of the walks that a submission takes on. */
struct walk_range {
	const struct walks *walks;
	bool listed;    /* walks->list names the walks that go on; else all do */
	uint32_t first; /* among those that go on */
	uint32_t count;
	uint32_t steps;
	unsigned parity; /* 0 or 1: two submissions are in flight */
};

struct strategy;

struct strategy_ops {
	bool merges;            /* walks that have chosen the same set may be merged */
	bool allows_subsets;    /* a submission may take on some of the walks; else it takes all */
	bool chooses_last;      /* choosing the last item takes a step of its own */
	bool prefix_steps_free; /* steps to items that a prefix gives cost next to nothing */

	/* Makes the kernels and what outlives a call. After any result, release() is due. */
	VkcResult (*begin)(struct strategy *strategy);
	/* What a walk takes beside its state. */
	struct walk_cost (*walk_cost)(const struct strategy *strategy);
	/* Allocates what the walks need, after their state. max_rows: how many rows of the Gram
	 * matrix they add, if none is shared. */
	VkcResult (*prepare)(struct strategy *strategy, const struct walks *walks, uint64_t max_rows);
	/* Resets what prepare() made for a new batch of walks. */
	VkcResult (*start)(struct strategy *strategy, const struct walks *walks);
	/* Steps, times walks, that a first submission may take. */
	uint64_t (*initial_work)(const struct strategy *strategy, const struct walks *walks);
	VkcResult (*record)(struct strategy *strategy, const struct walk_range *range);
	/* After the submission of that turn has ended: the steps that all walks have taken since
	 * start(). NULL where they always take those that were recorded. */
	VkcResult (*progress)(struct strategy *strategy, unsigned parity, uint32_t *steps);
	/* Gives back what does not outlive a call. */
	void (*release)(struct strategy *strategy);
};

/* The first member of every strategy. */
struct strategy {
	const struct strategy_ops *ops;
};

#endif
