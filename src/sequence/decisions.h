/* SPDX-License-Identifier: MIT
 *
 * Decides near steps: those at which the error bound of the device's scores leaves several items.
 * The host compares these by exact arithmetic on the uploaded numbers, in several threads. */
#ifndef VKC_DECISIONS_H
#define VKC_DECISIONS_H

#include "data/exact_pool.h"
#include "sequence/walk_state.h"

/* The part of the walks that one thread decides for at a time. */
struct share {
	struct exact_pool sums;
	struct contender *contenders;
	uint32_t room;              /* for so many */
	struct exact_counts counts; /* of the steps decided last, */
	VkcResult result;           /* and what came of them */
	struct error error;
};

/* All of this depends on the uploaded rows. */
struct decisions {
	uint32_t *classes; /* of row_classes_find(); NULL before the first call */
	struct exact exact;
	bool opened; /* `exact` is open */
	/* Walk w belongs to share w % num_shares. Made for num_walks walks when first needed. */
	struct share *shares;
	uint32_t num_shares;
	/* For each walk of the batch, the set of rows that it had chosen at its last near step. */
	uint64_t *chosen;
	uint32_t *num_chosen; /* and how many */
	uint32_t num_walks;
	struct exact_counts counts;
};

/* A walk that stands at a near step, after `num_chosen` elements. */
struct near_step {
	uint32_t walk;
	uint32_t num_chosen;
	uint32_t item; /* decisions_decide() sets this */
};

/* Finds the classes of the rows, unless they are known. */
VkcResult decisions_prepare(struct decisions *decisions, const struct rows *rows,
                            struct error *error);
/* Discards everything, because the uploaded rows have changed. */
void decisions_reset(struct decisions *decisions);

/* Begins a batch of walks. */
VkcResult decisions_begin(struct decisions *decisions, uint32_t num_walks, const struct rows *rows,
                          struct error *error);

/* Decides steps of different walks, whose orders and masks walks_end_fetch() has brought. Sorts the
 * steps. */
VkcResult decisions_decide(struct decisions *decisions, const struct walks *walks,
                           struct near_step *steps, uint32_t count);

#endif
