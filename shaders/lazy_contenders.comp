// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Lists the items whose approximate score is so near to the lowest that their exact one
// could be the lowest. One workgroup is one walk.

#include "lazy.glsl"
#include "reduce.glsl"

layout(std430, binding = 0) readonly buffer State { uvec4 state[]; };
layout(std430, binding = 1) readonly buffer Centroid { uvec4 center[]; };
layout(std430, binding = 2) buffer Work { uint work[]; };

#define NOTHING i64_from_parts(0xffffffffu, 0x7fffffffu)

// Bit c: item quad * 4 + c exists and was not chosen.
uint open_items(uint own, uint quad)
{
	uint item = quad * 4u;
	uint chosen = center[own + CHOSEN + item / 128u][(item / 32u) % 4u] >> (item % 32u);
	uint exist = item + 4u <= items ? 15u : item < items ? (1u << (items - item)) - 1u : 0u;
	return ~chosen & exist;
}

void main()
{
	uint walk = gl_WorkGroupID.x;
	uint lane = gl_LocalInvocationID.x;
	uint added = state[counters + walk].x;
	if (added < given || added >= length)
		return;
	uint own = walk * centroid_quads;
	uint own_work = walk * work_words;
	uint own_scores = scores + walk * (padded / 2u);

	I64 best = NOTHING;
	I64 second = NOTHING;
	uint best_item = 0xffffffffu;
	for (uint quad = lane; quad < padded / 4u; quad += GROUP) {
		uvec4 low = state[own_scores + quad * 2u];
		uvec4 high = state[own_scores + quad * 2u + 1u];
		uint open = open_items(own, quad);
		for (uint c = 0u; c < 4u; c++) {
			I64 score = i64_from_parts(low[c], high[c]);
			if ((open >> c & 1u) == 0u)
				score = NOTHING;
			if (i64_less(score, best)) {
				second = best;
				best = score;
				best_item = quad * 4u + c;
			} else if (i64_less(score, second)) {
				second = score;
			}
		}
	}
	uvec4 lowest = lowest_of_workgroup(best, best_item);
	I64 other = best_item == lowest.z ? second : best;
	I64 next = score_of(lowest_of_workgroup(other, lane));

	uvec4 bounds = center[own + BOUNDS];
	I64 margin = i64_from_parts(bounds.z, bounds.w);
	I64 limit = i64_add(score_of(lowest), margin);
	bool unique = i64_less(limit, next);
	if (unique && lane == 0u) {
		work[own_work + CONTENDERS] = lowest.z;
		work[own_work] = 1u;
	}
	uint end = unique ? 0u : padded / 4u;
	for (uint quad = lane; quad < end; quad += GROUP) {
		uvec4 low = state[own_scores + quad * 2u];
		uvec4 high = state[own_scores + quad * 2u + 1u];
		uint open = open_items(own, quad);
		for (uint c = 0u; c < 4u; c++) {
			I64 score = i64_from_parts(low[c], high[c]);
			if ((open >> c & 1u) != 0u && !i64_less(limit, score)) {
				uint at = atomicAdd(work[own_work], 1u);
				work[own_work + CONTENDERS + at] = quad * 4u + c;
			}
		}
	}
}
