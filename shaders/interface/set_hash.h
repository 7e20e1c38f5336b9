/* SPDX-License-Identifier: MIT
 *
 * An order-independent hash of a set of items: the sums of the items' hashes, three words each.
 * Each word comes from the finalizer "lowbias32" (C. Wellons, "Prospecting for Hash Functions",
 * 2018); the second and third words use other seeds. */
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

/* The three words of an item's hash. The second and third derive from the first. */
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
