/* SPDX-License-Identifier: MIT
 *
 * Decides near steps: those at which the error bound of the device's scores leaves several items.
 * The host compares these by exact arithmetic on the uploaded numbers. */
#ifndef VKC_DECISIONS_H
#define VKC_DECISIONS_H

#include "data/exact.h"
#include "sequence/walk_state.h"

struct decisions {
	struct exact exact;
	bool opened;       /* `exact` is open for the uploaded rows */
	uint32_t *classes; /* of row_classes_find(); NULL before the first call for these rows */

	/* For the walks of the current call: */
	struct exact_sum *sums; /* one per walk; `values` is NULL until the walk needs it */
	uint32_t num_sums;
	uint32_t *items; /* contenders; room for all rows */
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
/* Discards what depends on the uploaded rows. */
void decisions_reset(struct decisions *decisions);

/* The number of walks whose sums take a limited part of the host's memory; at least 1. */
uint32_t decisions_max_walks(const struct rows *rows);

/* Begins a batch of walks. Call decisions_end() even after a failure. */
VkcResult decisions_begin(struct decisions *decisions, uint32_t num_walks, const struct rows *rows,
                          struct error *error);
void decisions_end(struct decisions *decisions);

/* Decides steps of different walks, whose orders and masks walks_fetch() has brought. */
VkcResult decisions_decide(struct decisions *decisions, const struct walks *walks,
                           struct near_step *steps, uint32_t count);

#endif
