/* SPDX-License-Identifier: MIT
 *
 * The weights of the rows in a walk's scores: their norms as 30-bit numbers. */
#ifndef VKC_WEIGHTS_H
#define VKC_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

struct weights {
	int32_t *values; /* one per row; 0 for a zero row only */
	/* If the norms span more than a few powers of two, each weight has an exponent of its own: the
	 * norm is its value times 2^exponent, up to a common factor. NULL: all exponents are equal. */
	int32_t *exponents;
};

/* The norm of a row: number * 2^exponent. */
struct norm {
	double number; /* 0 for a zero row only */
	int exponent;
};

/* Rounds the norms to weights, by at most one unit. Returns false if the host has no memory left;
 * *weights is then zeroed. */
bool weights_create(struct weights *weights, const struct norm *norms, uint32_t num_rows);
void weights_destroy(struct weights *weights);

#endif
