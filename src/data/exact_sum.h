/* SPDX-License-Identifier: MIT
 *
 * Adding to the sum of a walk's rows, for exact_lowest(). */
#ifndef VKC_EXACT_SUM_H
#define VKC_EXACT_SUM_H

#include "data/exact.h"

/* Adds the chosen rows that `values` does not hold yet. */
void exact_sum_add(struct exact_sum *sum, const struct exact *exact, const uint32_t *chosen,
                   uint32_t num_chosen);

/* Whether `values` is exact, and dot products of it with rows, in units of 2^unit, fit an
 * int128. */
bool exact_sum_fits(const struct exact_sum *sum, const struct exact *exact);

/* Makes `digits` the balanced digits of the exact sum, dim x exact->digits of them, the lowest
 * first, in units of 2^unit. */
VkcResult exact_sum_digits(struct exact_sum *sum, const struct exact *exact,
                           const uint32_t *chosen, uint32_t num_chosen, struct error *error);

#endif
