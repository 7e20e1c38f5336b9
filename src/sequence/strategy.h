/* SPDX-License-Identifier: MIT
 *
 * A strategy for advancing walks. In each step a walk adds a row of the Gram matrix to the scores
 * of all items and chooses the lowest score. Strategies differ in where the rows come from; one
 * needs no rows at all. Results do not depend on the strategy. Each strategy has its own file, and
 * strategies.c chooses among them. */
#ifndef VKC_STRATEGY_H
#define VKC_STRATEGY_H

#include "sequence/walk_state.h"

/* The walks that a submission advances, and by how many steps. */
struct walk_range {
	const struct walks *walks;
	bool listed;    /* advance the walks in the state's list; else all walks */
	uint32_t first; /* index among these walks */
	uint32_t count;
	uint32_t steps;
	uint32_t checkpoint; /* steps between checkpoints */
};

struct strategy;

struct strategy_ops {
	bool merges;            /* walks with equal sets may be merged */
	bool allows_subsets;    /* a submission may advance a subset of the walks */
	bool chooses_last;      /* choosing the last item takes a step of its own */
	bool prefix_steps_free; /* steps to items of the prefix take almost no time */

	/* Creates the kernels and whatever is kept between calls. Call release() even after a
	 * failure. */
	VkcResult (*begin)(struct strategy *strategy);
	/* The memory that a walk needs in addition to its state. */
	struct walk_cost (*walk_cost)(const struct strategy *strategy);
	/* Allocates what the walks need; their state is already allocated. max_rows: the number of Gram
	 * matrix rows that they add if they share none. */
	VkcResult (*prepare)(struct strategy *strategy, const struct walks *walks, uint64_t max_rows);
	/* Resets the buffers from prepare() for a new batch of walks. NULL if there are none. */
	VkcResult (*start)(struct strategy *strategy, const struct walks *walks);
	/* The work of the first submission, in steps times walks. NULL: walks_initial_work(). */
	uint64_t (*initial_work)(const struct strategy *strategy, const struct walks *walks);
	VkcResult (*record)(struct strategy *strategy, const struct walk_range *range);
	/* Releases what is not kept between calls. NULL if everything is. */
	void (*release)(struct strategy *strategy);
};

/* The first member of every strategy. */
struct strategy {
	const struct strategy_ops *ops;
};

#endif
