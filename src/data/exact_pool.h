/* SPDX-License-Identifier: MIT
 *
 * Sums of the rows that walks have chosen. A walk that needs its sum gets the one it had before,
 * or a copy of another walk's if that has fewer rows to gain and lose. */
#ifndef VKC_EXACT_POOL_H
#define VKC_EXACT_POOL_H

#include "data/exact.h"

struct exact_pool {
	struct exact_sum *sums;
	uint32_t max_sums;
	uint32_t *by_size; /* the indices of the sums in use, by their numbers of rows */
	uint32_t num_sums; /* in use */
};

/* Makes room for up to `max_sums` sums. They are empty, and only those in use take memory. Returns
 * false if the host has no memory left; *pool is then zeroed. */
bool exact_pool_open(struct exact_pool *pool, uint32_t max_sums);
void exact_pool_close(struct exact_pool *pool);

/* *sum = the sum `index`, which is below max_sums, moved to the set `rows` of `num_rows` rows. It
 * may be changed only by moving it here. */
VkcResult exact_pool_move(struct exact_pool *pool, const struct exact *exact, uint32_t index,
                          const uint64_t *rows, uint32_t num_rows, struct exact_sum **sum,
                          struct error *error);

#endif
