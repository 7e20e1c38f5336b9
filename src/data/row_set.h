/* SPDX-License-Identifier: MIT
 *
 * Sets of rows, one bit per row. */
#ifndef VKC_ROW_SET_H
#define VKC_ROW_SET_H

#include <stdint.h>

static inline uint32_t row_set_words(uint32_t num_rows)
{
	return (num_rows - 1) / 64 + 1;
}

static inline void row_set_add(uint64_t *set, uint32_t row)
{
	set[row / 64] |= UINT64_C(1) << (row % 64);
}

/* How many rows are in one set only. */
static inline uint32_t row_set_distance(const uint64_t *a, const uint64_t *b, uint32_t words)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < words; i++)
		count += (uint32_t)__builtin_popcountll(a[i] ^ b[i]);
	return count;
}

#endif
