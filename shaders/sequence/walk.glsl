// SPDX-License-Identifier: MIT
//
// What both walk kernels share: the state of the walks, the Gram matrix's rows, and
// the search for the lowest score in a workgroup. One workgroup is one walk.

#include "common/exact.glsl"
#include "interface/set_hash.h"
#include "interface/walk.h"

layout(local_size_x_id = 0) in; // a power of two
// Weight times cosine is shifted down by this much, so that a sum over all rows stays
// below 2^61.
layout(constant_id = 1) const int SHIFT = 19;

layout(std430, binding = 0) buffer State { uvec4 state[]; };

layout(push_constant) uniform Push { walk_push push; };

#include "sequence/walk_state.glsl"

uint own_walk()
{
	uint group = push.first + gl_WorkGroupID.x;
	return push.listed == 0u ? group : state[push.state.list + group / 4u][group % 4u];
}

// The number of the row that the walk adds after it has chosen this item.
uint row_of(uint walk, uint pick)
{
	return push.placed == 0u ? pick : state[push.state.places + walk / 4u][walk % 4u];
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

void set_order_element(uint walk, uint i, uint item)
{
	state[order_begin(walk) + i / 4u][i % 4u] = item;
}

uvec3 item_hash(uint item)
{
	uint first = set_hash_first(item);
	return uvec3(first, set_hash_second(first), set_hash_third(first));
}

#include "common/reduce.glsl"
