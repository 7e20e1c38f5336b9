/* SPDX-License-Identifier: MIT
 *
 * Checks diversity sequences against exact arithmetic, fast enough for thousands of whole walks.
 * The scores of all items are summed in float64 with an error bound. Where the bound leaves more
 * than one candidate for the lowest score, integers of any length decide. */
#ifndef REPLAY_H
#define REPLAY_H

#include "data.h"
#include "exact_rows.h"

struct replay {
	uint32_t n, stride;
	double *cosines; /* n x stride: e_k · e_j / |e_j|, the increment of the score of j by k */
	double *norms;   /* n */
	ExactRows rows;
	double error; /* of an increment, relative to |e_k| */
};

struct replay_counts {
	uint64_t positions;
	uint64_t wrong;
	uint64_t near_ties;  /* decided by integers */
	uint64_t true_ties;  /* of these, between equal scores */
	double largest_miss; /* how much higher the cosine of a wrong choice was than the lowest */
};

struct replay replay_open(const struct data *data);
void replay_close(struct replay *replay);

/* Checks `count` sequences of `length` items each after their first item, and adds to *counts. */
void replay_check(const struct replay *replay, const uint32_t *sequences, uint32_t count,
                  uint32_t length, uint32_t threads, struct replay_counts *counts);

#endif
