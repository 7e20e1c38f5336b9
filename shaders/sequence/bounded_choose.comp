// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Chooses the contender with the lowest exact score as the next element of each order. Where
// some scores are not exact yet, the walk waits for the next step. One workgroup is one walk.

#include "sequence/bounded.glsl"
#include "common/reduce.glsl"

layout(std430, binding = 0) buffer State { uvec4 state[]; };
layout(std430, binding = 1) buffer Centroid { uvec4 center[]; };
layout(std430, binding = 2) buffer Work { uint work[]; };

#include "sequence/walk_state.glsl"

shared bool behind;

void main()
{
	uint walk = gl_WorkGroupID.x;
	uint lane = gl_LocalInvocationID.x;
	uint added = rows_added(walk);
	if (added >= push.order_length)
		return;
	uint own_work = work_begin(walk);
	if (lane == 0u)
		behind = false;
	barrier();
	if (added >= push.prefix_length) {
		uint count = work[own_work + CONTENDERS_COUNT];
		I64 best = NO_SCORE;
		uint best_item = 0xffffffffu;
		for (uint group = lane; group < push.resolve_groups; group += GROUP) {
			uint left = push.resolve_rounds;
			for (uint i = group; i < count; i += push.resolve_groups) {
				uint item = work[own_work + CONTENDERS_ITEMS + i];
				uint exact = own_work + CONTENDERS_EXACT(push.padded) + item * 4u;
				I64 score = i64_from_parts(work[exact], work[exact + 1u]);
				if (i64_less(score, best) || (score == best && item < best_item)) {
					best = score;
					best_item = item;
				}
				// A single contender is chosen without its exact score.
				if (count > 1u) {
					uint terms = work[exact + 2u];
					terms += next_terms(count, added - terms, left);
					work[exact + 2u] = terms;
					if (terms < added)
						behind = true;
				}
			}
		}
		barrier();
		uint next = lowest_of_workgroup(best, best_item).z;
		if (lane == 0u && !behind)
			state[order_begin(walk) + added / 4u][added % 4u] = next;
	}
	if (lane == 0u) {
		work[own_work + CONTENDERS_COUNT] = 0u;
		if (behind)
			return;
		if (added + 1u == push.order_length)
			state[push.state.counters + walk].x = push.order_length;
		else
			center[centroid_begin(walk) + CENTROID_HEAD].y = 1u;
	}
}
