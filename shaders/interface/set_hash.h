/* SPDX-License-Identifier: MIT
 *
 * A hash of a set of items: the sums of their hashes, three words, whatever the order they came
 * in. A word is the finalizer "lowbias32" (C. Wellons, "Prospecting for Hash Functions", 2018),
 * with other seeds for the second and the third. */
#ifndef VKC_INTERFACE_SET_HASH_H
#define VKC_INTERFACE_SET_HASH_H

#include "interface/types.h"

INLINE uint set_hash_mix(uint x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	x ^= x >> 16;
	return x;
}

/* The three words of an item's hash; the last two from the first. */
INLINE uint set_hash_first(uint item)
{
	return set_hash_mix(item);
}

INLINE uint set_hash_second(uint first)
{
	return set_hash_mix(first + 0x9e3779b9u);
}

INLINE uint set_hash_third(uint first)
{
	return set_hash_mix(first + 0x3c6ef372u);
}

#endif
