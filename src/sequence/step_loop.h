/* SPDX-License-Identifier: MIT
 *
 * The loop that advances walks with any strategy. Submissions take a bounded time, two are in
 * flight, and walks with equal sets are merged in between. */
#ifndef VKC_STEP_LOOP_H
#define VKC_STEP_LOOP_H

#include "sequence/deadline.h"
#include "sequence/decisions.h"
#include "sequence/merge.h"
#include "sequence/strategy.h"

/* The walks in flight together. */
struct batch {
	struct walks walks;
	struct strategy *strategy;
	struct decisions *decisions;
	struct merge merge;
	bool merging;              /* walks of this batch may be merged */
	struct deadline *deadline; /* NULL = none */
};

/* Advances all walks of the batch to their last step, or until the deadline. */
VkcResult step_loop_run(struct batch *batch);

#endif
