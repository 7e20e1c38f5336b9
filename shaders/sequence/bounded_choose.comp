// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Takes the contender with the lowest exact score as the next element of each order. Where
// some are not exact yet, the walk stands still for this step. One workgroup is one walk.

#include "sequence/bounded.glsl"
#include "common/reduce.glsl"

layout(std430, binding = 0) buffer State { uvec4 state[]; };
layout(std430, binding = 1) buffer Centroid { uvec4 center[]; };
layout(std430, binding = 2) buffer Work { uint work[]; };

shared bool behind;

void main()
{
	uint walk = gl_WorkGroupID.x;
	uint lane = gl_LocalInvocationID.x;
	uint added = state[counters + walk].x;
	if (added >= length)
		return;
	uint own_work = walk * work_words;
	uint order = orders + walk * order_quads;
	if (lane == 0u)
		behind = false;
	barrier();
	if (added >= given) {
		uint count = work[own_work];
		I64 best = i64_from_parts(0xffffffffu, 0x7fffffffu);
		uint best_item = 0xffffffffu;
		for (uint group = lane; group < resolve_groups; group += GROUP) {
			uint left = resolve_rounds;
			for (uint i = group; i < count; i += resolve_groups) {
				uint item = work[own_work + CONTENDERS + i];
				uint exact = own_work + EXACT + item * 4u;
				I64 score = i64_from_parts(work[exact], work[exact + 1u]);
				if (i64_less(score, best) || (score == best && item < best_item)) {
					best = score;
					best_item = item;
				}
				// A single contender won without its exact score.
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
			state[order + added / 4u][added % 4u] = next;
	}
	if (lane == 0u) {
		work[own_work] = 0u;
		if (behind)
			return;
		if (added + 1u == length)
			state[counters + walk].x = length;
		else
			center[walk * centroid_quads + HEAD].y = 1u;
	}
}
