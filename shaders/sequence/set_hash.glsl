// SPDX-License-Identifier: MIT
//
// A hash of a set: the sum of its items' hashes, whatever the order they came in. As in
// src/merge.c: the finalizer "lowbias32" (C. Wellons, "Prospecting for Hash Functions",
// 2018), three times over with other seeds.

uint mix_bits(uint x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	x ^= x >> 16;
	return x;
}

uvec3 item_hash(uint item)
{
	uint mixed = mix_bits(item);
	return uvec3(mixed, mix_bits(mixed + 0x9e3779b9u), mix_bits(mixed + 0x3c6ef372u));
}
