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

// The lowest score among four items.
I64 lowest_of(uint own_work, uint quad)
{
	uint at = own_work + LOWEST + quad * 2u;
	return i64_from_parts(work[at], work[at + 1u]);
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

	// Each invocation reads a quadruple, though it has none of its own, so that the loops find the
	// buffer's address: where a subgroup enters them with no invocation, lavapipe of Mesa 26 would
	// read through one that was never set.
	I64 best = lowest_of(own_work, lane % (padded / 4u));
	for (uint quad = lane + GROUP; quad < padded / 4u; quad += GROUP) {
		I64 score = lowest_of(own_work, quad);
		if (i64_less(score, best))
			best = score;
	}
	uvec4 bounds = center[own + BOUNDS];
	I64 margin = i64_from_parts(bounds.z, bounds.w);
	I64 limit = i64_add(score_of(lowest_of_workgroup(best, lane)), margin);

	for (uint quad = lane; quad < padded / 4u; quad += GROUP) {
		// A loop, because a CPU driver leaves one when no invocation is left in it, but goes
		// through the body of a condition that holds for none.
		while (i64_less(limit, lowest_of(own_work, quad))) {
			quad += GROUP;
			if (quad >= padded / 4u)
				break;
		}
		if (quad >= padded / 4u)
			break;
		uint item = quad * 4u;
		uvec4 low = state[own_scores + quad * 2u];
		uvec4 high = state[own_scores + quad * 2u + 1u];
		uint open = open_items(item, center[own + CHOSEN + item / 128u][(item / 32u) % 4u]);
		for (uint c = 0u; c < 4u; c++) {
			I64 score = i64_from_parts(low[c], high[c]);
			if ((open >> c & 1u) != 0u && !i64_less(limit, score)) {
				uint at = atomicAdd(work[own_work], 1u);
				work[own_work + CONTENDERS + at] = item + c;
			}
		}
	}
}
