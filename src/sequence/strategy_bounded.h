/* SPDX-License-Identifier: MIT
 *
 * Walks that use no rows of the Gram matrix. Each step computes approximate scores with a rigorous
 * error bound by comparing the items with the centroid, and exact scores only for the items that
 * the bound cannot tell apart. docs/bounded.md derives the bound. */
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
	struct kernel scan_one; /* a single walk */
	struct kernel contenders;
	struct kernel resolve;
	uint32_t shift;          /* walks_term_shift() for which the kernels were created */
	uint32_t reduce_group;   /* invocations of the kernels that scan all scores */
	bool integers;           /* for `choose`: the walks' state holds integers */
	struct buffer centroids; /* of the walks in flight */
	struct buffer work;
};

void bounded_strategy_open(struct bounded_strategy *bounded, struct engine *engine,
                           const struct rows *rows);
void bounded_strategy_close(struct bounded_strategy *bounded);

/* Whether the coarse rows and one walk fit into the memory budget. */
bool bounded_strategy_fits(const struct bounded_strategy *bounded);

#endif
