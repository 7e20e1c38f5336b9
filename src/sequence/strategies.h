/* SPDX-License-Identifier: MIT
 *
 * All strategies of a context, and the choice between them. */
#ifndef VKC_STRATEGIES_H
#define VKC_STRATEGIES_H

#include "sequence/strategy_bounded.h"
#include "sequence/strategy_matrix.h"
#include "sequence/strategy_row_cache.h"

struct strategies {
	struct gram *gram;
	struct step_kernel step_kernel;
	struct matrix_strategy matrix;
	struct row_cache_strategy row_cache;
	struct bounded_strategy bounded;
};

void strategies_open(struct strategies *strategies, struct gram *gram);
/* Forgets what depends on the rows, keeps the kernels. */
void strategies_reset(struct strategies *strategies);
void strategies_close(struct strategies *strategies);
/* Frees host memory only, without a call of the driver. */
void strategies_free_host(struct strategies *strategies);

/* Chooses the strategy for `wanted` walks, not laid out yet, that add max_rows rows of the Gram
 * matrix if none is shared; and begins it: after any result, release() is due where *chosen is not
 * NULL. */
VkcResult strategies_choose(struct strategies *strategies, struct walks *walks, uint32_t requested,
                            uint64_t max_rows, struct strategy **chosen);

#endif
