/* SPDX-License-Identifier: MIT
 *
 * Walks that share cached rows instead of the whole matrix. All walks take each step together. A
 * row of the Gram matrix is computed when a walk needs it, and kept in the row cache. */
#ifndef VKC_STRATEGY_ROW_CACHE_H
#define VKC_STRATEGY_ROW_CACHE_H

#include "sequence/row_cache.h"
#include "sequence/step_kernel.h"
#include "sequence/strategy.h"

struct row_cache_strategy {
	struct strategy strategy;
	struct gram *gram;
	struct step_kernel *step;
	struct row_cache cache;
	struct kernel plan; /* lists the rows that a step needs, and their slots */

	/* State of the current call: */
	uint32_t max_rows;  /* maximum number of rows per submission */
	struct buffer work; /* laid out by the WORK_… macros of interface/row_cache.h */
};

void row_cache_strategy_open(struct row_cache_strategy *strategy, struct gram *gram,
                             struct step_kernel *step);
void row_cache_strategy_close(struct row_cache_strategy *strategy);

#endif
