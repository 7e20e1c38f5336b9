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

static inline int row_set_has(const uint64_t *set, uint32_t row)
{
	return set[row / 64] >> (row % 64) & 1;
}

/* The number of bits, without the instruction that not every processor has. */
static inline uint64_t row_set_bits(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555u;
	word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
	return ((word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56;
}

/* How many rows are in one set only, or some number that is not below `limit` if so many are. */
static inline uint32_t row_set_distance(const uint64_t *a, const uint64_t *b, uint32_t words,
                                        uint32_t limit)
{
	uint64_t count = 0;
	for (uint32_t i = 0; i < words && count < limit;)
		for (const uint32_t end = i + 8 < words ? i + 8 : words; i < end; i++)
			count += row_set_bits(a[i] ^ b[i]);
	return (uint32_t)count;
}

#endif
