/* SPDX-License-Identifier: MIT
 *
 * Sets whose rows are one common factor times small integers: 0 and 1, ratings, 8-bit codes, these
 * times 0.1. The factor changes no order of scores, and the integers are few enough bits for the
 * device to compute scores without rounding. */
#ifndef VKC_INTEGERS_H
#define VKC_INTEGERS_H

#include "data/numbers.h"

/* The most bytes of packed rows, and numbers per row. docs/exactness.md proves that with these
 * nothing overflows. */
#define INTEGERS_MAX_BYTES (UINT64_C(1) << 26)
#define INTEGERS_MAX_DIM (UINT32_C(1) << 17)

struct integers {
	bool sought;    /* integers_find() was called */
	uint32_t quads; /* per row: 16 integers each, the last one padded with zeros */
	int8_t *rows;   /* NULL: the set is not of this kind, or too large */
};

/* The quads of a row of `dim` numbers. */
static inline uint32_t integers_quads(uint32_t dim)
{
	return (dim - 1) / 16 + 1;
}

/* Looks for the integers of a set, unless that was done before. Returns false if the host has no
 * memory left. */
bool integers_find(struct integers *integers, const struct numbers *numbers);
void integers_free(struct integers *integers);

#endif
