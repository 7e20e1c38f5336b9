/* SPDX-License-Identifier: MIT
 *
 * Walks without rows of the Gram matrix: items are compared with the centroid approximately, with
 * a rigorous bound on the error, and exact scores are computed only of those that the bound cannot
 * tell apart. docs/bounded.md derives the bound. */
#ifndef VKC_STRATEGY_BOUNDED_H
#define VKC_STRATEGY_BOUNDED_H

#include "data/coarse_rows.h"
#include "sequence/strategy.h"

struct bounded_strategy {
	struct strategy strategy;
	struct engine *engine;
	const struct rows *rows;
	struct coarse_rows coarse;
	struct kernel choose;
	struct kernel update;
	struct kernel scan;     /* four walks at a time */
	struct kernel scan_one; /* a single one */
	struct kernel contenders;
	struct kernel resolve;
	int shift;               /* of a score's terms, which the kernels were made for */
	uint32_t reduce_group;   /* invocations of those that go through all scores */
	struct buffer centroids; /* of the walks in flight */
	struct buffer work;
};

void bounded_strategy_open(struct bounded_strategy *bounded, struct engine *engine,
                           const struct rows *rows);
void bounded_strategy_close(struct bounded_strategy *bounded);

/* Whether the coarse rows and one walk fit the memory that may be used. */
bool bounded_strategy_fits(const struct bounded_strategy *bounded);

#endif
