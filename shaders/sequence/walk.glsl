// SPDX-License-Identifier: MIT
//
// What both walk kernels share: the state of the walks, the Gram matrix's rows, and
// the search for the lowest score in a workgroup. One workgroup is one walk.

#include "common/exact.glsl"
#include "sequence/set_hash.glsl"

layout(local_size_x_id = 0) in; // a power of two
// Weight times cosine is shifted down by this much, so that a sum over all rows stays
// below 2^61.
layout(constant_id = 1) const int SHIFT = 19;

// Quadruples: the weights of all rows; for each walk the rows added so far and the hash of
// the set of items chosen so far; the list of walks that go on; the orders; the scores
// (for four items their low words, then their high words).
layout(std430, binding = 0) buffer State { uvec4 state[]; };

layout(push_constant) uniform Push
{
	uint items;          // n
	uint row_quads;      // quadruples of a row of the Gram matrix
	uint rows_per_segment; // rows of the Gram matrix in each of the segments
	uint places;         // quadruples of state before the numbers of the walks' rows, where
	                     // those are not their items' numbers; else 0
	uint counters;       // quadruples of state before the counters,
	uint orders;         // the orders,
	uint scores;         // and the scores
	uint order_quads;    // quadruples of one order
	uint given;          // elements of an order that are given; at least 1
	uint length;         // elements of an order
	uint steps;          // rows to add at most in this dispatch
	uint list;           // quadruples of state before the list of walks that go on;
	                     // 0: all do
	uint first;          // place in that list of workgroup 0
};

uint own_walk()
{
	uint group = first + gl_WorkGroupID.x;
	return list == 0u ? group : state[list + group / 4u][group % 4u];
}

// The number of the row that the walk adds after it has chosen this item.
uint row_of(uint walk, uint pick)
{
	return places == 0u ? pick : state[places + walk / 4u][walk % 4u];
}

#if TEXEL
#define SEGMENT(i) layout(binding = i + 1) uniform isamplerBuffer segment##i;
#define FETCH(i) if (SEGMENTS == i + 1 || segment == uint(i)) return texelFetch(segment##i, int(quad));
#else
#define SEGMENT(i) layout(std430, binding = i + 1) readonly buffer Segment##i { ivec4 segment##i[]; };
#define FETCH(i) if (SEGMENTS == i + 1 || segment == uint(i)) return segment##i[quad];
#endif

SEGMENT(0)
#if SEGMENTS > 1
SEGMENT(1)
SEGMENT(2)
#endif
#if SEGMENTS > 3
SEGMENT(3)
SEGMENT(4)
SEGMENT(5)
SEGMENT(6)
#endif

ivec4 gram_quad(uint segment, uint quad)
{
	FETCH(0)
#if SEGMENTS > 1
	FETCH(1)
	FETCH(2)
#endif
#if SEGMENTS > 3
	FETCH(3)
	FETCH(4)
	FETCH(5)
	FETCH(6)
#endif
}

// The score of an item that was chosen: above all others, whatever is added later.
#define USED i64_from_parts(0u, 0x40000000u)
// Above even that: no item at all.
#define NOTHING i64_from_parts(0xffffffffu, 0x7fffffffu)

uint order_element(uint walk, uint i)
{
	return state[orders + walk * order_quads + i / 4u][i % 4u];
}

void set_order_element(uint walk, uint i, uint item)
{
	state[orders + walk * order_quads + i / 4u][i % 4u] = item;
}

int weight_of(uint item)
{
	return int(state[item / 4u][item % 4u]);
}

#include "common/reduce.glsl"
