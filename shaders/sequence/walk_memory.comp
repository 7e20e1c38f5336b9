// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Some steps of every walk, the scores in the state buffer: for more items than the
// registers of a workgroup hold.

#include "sequence/walk.glsl"

#define ADD_ONE(c, first_item) \
	{ \
		I64 sum = i64_from_parts(low[c], high[c]); \
		sum = i64_mul_shift_add(sum, weight, cosines[c], SHIFT); \
		if (first_item + uint(c) == pick) \
			sum = USED; \
		if (i64_less(sum, best)) { \
			best = sum; \
			best_item = first_item + uint(c); \
		} \
		low[c] = i64_low(sum); \
		high[c] = i64_high(sum); \
	}

void main()
{
	uint lane = gl_LocalInvocationID.x;
	uint walk = own_walk();
	uint own_scores = push.state.scores + walk * push.row_quads * 2u;
	uint added = rows_added(walk);
	uvec3 hash = state[push.state.counters + walk].yzw;
	uint last = min(added + push.steps, push.order_length - 1u);
	if (added >= last)
		return;

	uint pick = order_element(walk, added);
	if (added == 0u)
		hash = item_hash(pick);
	barrier();
	while (added < last) {
		uint index = row_of(walk, pick);
		uint segment = index / push.rows_per_segment;
		uint row = (index % push.rows_per_segment) * push.row_quads;
		int weight = weight_of(pick);
		I64 best = NOTHING;
		uint best_item = 0u;
		for (uint quad = lane; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
			uvec4 low = uvec4(0u);
			uvec4 high = uvec4(0u);
			if (added == 0u) {
				uvec4 item = uvec4(quad * 4u) + uvec4(0u, 1u, 2u, 3u);
				high = mix(uvec4(0u), uvec4(0x40000000u),
				           greaterThanEqual(item, uvec4(push.items)));
			} else {
				low = state[own_scores + quad * 2u];
				high = state[own_scores + quad * 2u + 1u];
			}
			ivec4 cosines = gram_quad(segment, row + quad);
			ADD_ONE(0, quad * 4u)
			ADD_ONE(1, quad * 4u)
			ADD_ONE(2, quad * 4u)
			ADD_ONE(3, quad * 4u)
			state[own_scores + quad * 2u] = low;
			state[own_scores + quad * 2u + 1u] = high;
		}
		uint lowest = lowest_of_workgroup(best, best_item).z;
		added++;
		if (added < push.prefix_length) {
			pick = order_element(walk, added);
		} else {
			pick = lowest;
			if (lane == 0u)
				set_order_element(walk, added, pick);
		}
		hash += item_hash(pick);
	}
	if (lane == 0u)
		state[push.state.counters + walk] = uvec4(added, hash);
}
