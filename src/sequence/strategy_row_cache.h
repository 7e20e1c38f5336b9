/* SPDX-License-Identifier: MIT
 *
 * Walks without the matrix that share rows: all take their steps together; each row of the Gram
 * matrix is computed when a walk needs it, and kept in the row cache. */
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
	struct kernel plan; /* which rows a step needs, and where they go */

	/* Of a call: */
	uint32_t max_rows;       /* that a submission may compute */
	struct buffer work;      /* see the WORK_… words of interface/row_cache.h */
	struct buffer snapshots; /* of what it begins with, after each of two submissions */
};

void row_cache_strategy_open(struct row_cache_strategy *strategy, struct gram *gram,
                             struct step_kernel *step);
void row_cache_strategy_close(struct row_cache_strategy *strategy);

#endif
