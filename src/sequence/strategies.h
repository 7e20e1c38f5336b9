/* SPDX-License-Identifier: MIT
 *
 * All strategies of a context, and the choice among them. */
#ifndef VKC_STRATEGIES_H
#define VKC_STRATEGIES_H

#include "sequence/decisions.h"
#include "sequence/pacing.h"
#include "sequence/strategy_bounded.h"
#include "sequence/strategy_matrix.h"
#include "sequence/strategy_row_cache.h"

struct strategies {
	struct gram *gram;
	struct step_kernel step_kernel;
	struct matrix_strategy matrix;
	struct row_cache_strategy row_cache;
	struct bounded_strategy bounded;
	struct decisions decisions;
	struct integers integers; /* of the uploaded rows */
	struct pacing pacing;     /* with the uploaded rows */
};

void strategies_open(struct strategies *strategies, struct gram *gram);
/* Discards what depends on the uploaded rows, and keeps the kernels. */
void strategies_reset(struct strategies *strategies);
void strategies_close(struct strategies *strategies);
/* Frees host memory only. Does not call the driver. */
void strategies_free_host(struct strategies *strategies);

/* Chooses and begins the strategy for `requested` walks, whose state is not laid out yet. max_rows:
 * the number of Gram matrix rows that they add if they share none. Call release() whenever *chosen
 * is not NULL, even after a failure. */
VkcResult strategies_choose(struct strategies *strategies, struct walks *walks, uint32_t requested,
                            uint64_t max_rows, struct strategy **chosen);

#endif
