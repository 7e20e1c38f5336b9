/* SPDX-License-Identifier: MIT
 *
 * What exact_lowest() needs of a sum of rows. */
#ifndef VKC_EXACT_SUM_H
#define VKC_EXACT_SUM_H

#include "data/exact.h"

/* Computes `values` anew by compensated summation, if that leaves it much less error. Returns
 * whether it did. */
bool exact_sum_renew(struct exact_sum *sum, const struct exact *exact);

/* Whether `values` is exact, and dot products of it with rows, in units of 2^unit, fit an
 * int128. */
bool exact_sum_fits(const struct exact *exact);

/* Makes `digits` the balanced digits of the exact sum of the rows, dim x exact->digits of them, the
 * lowest first, in units of 2^unit. */
VkcResult exact_sum_digits(struct exact_sum *sum, const struct exact *exact, struct error *error);

#endif
