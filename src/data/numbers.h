/* SPDX-License-Identifier: MIT
 *
 * The uploaded numbers themselves, in host memory: exact decisions need them. */
#ifndef VKC_NUMBERS_H
#define VKC_NUMBERS_H

#include "data/fixed_point.h"

struct numbers {
	struct source source; /* points to `copy`, or to the caller's array if that is borrowed */
	void *copy;           /* rows without gaps; NULL if borrowed */
	double *mean;         /* dim numbers; NULL without centring */
	int exponent;         /* of source_exponent() */
};

/* Bytes of a copy of the source. */
uint64_t numbers_copy_bytes(const struct source *source);
/* Keeps a copy of the source, or refers to the caller's array if `borrow` is set. Leaves `mean` and
 * `exponent` zero; rows_create() computes them. Returns false if the host has no memory left;
 * *numbers is then zeroed. */
bool numbers_keep(struct numbers *numbers, const struct source *source, bool borrow);
void numbers_free(struct numbers *numbers);

/* Reads row `row` as exact doubles into values[dim]: the uploaded numbers, or with centring what
 * remains of them, as source_row() tells. */
void numbers_row(const struct numbers *numbers, uint32_t row, double *values);

/* The same for the `count` columns from `first` on. */
void numbers_columns(const struct numbers *numbers, uint32_t row, uint32_t first, uint32_t count,
                     double *values);

/* The row itself, where its values are aligned floats; else NULL, and then for every row. */
const float *numbers_floats(const struct numbers *numbers, uint32_t row);

#endif
