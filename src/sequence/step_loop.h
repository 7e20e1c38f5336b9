/* SPDX-License-Identifier: MIT
 *
 * The loop that takes walks on, whatever the strategy: submissions of bounded time, two in
 * flight, and between them the walks that have become equal are merged. */
#ifndef VKC_STEP_LOOP_H
#define VKC_STEP_LOOP_H

#include "sequence/merge.h"
#include "sequence/strategy.h"

/* The walks that are in flight together. */
struct batch {
	struct walks walks;
	struct strategy *strategy;
	struct merge merge;
	bool merging; /* in this batch */
};

/* Takes all walks of the batch so many steps on. */
VkcResult step_loop_run(struct batch *batch, uint32_t steps);

#endif
