// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Lists the items whose approximate score is so close to the lowest that their exact one
// could be the lowest. One workgroup is one walk.

#include "sequence/bounded.glsl"
#include "common/reduce.glsl"

layout(std430, binding = 0) readonly buffer State { uvec4 state[]; };
layout(std430, binding = 1) readonly buffer Centroid { uvec4 center[]; };
layout(std430, binding = 2) buffer Work { uint work[]; };

#include "sequence/walk_state.glsl"

// The lowest score among four items.
I64 lowest_of(uint own_work, uint quad)
{
	uint at = own_work + CONTENDERS_LOWEST(push.padded) + quad * 2u;
	return i64_from_parts(work[at], work[at + 1u]);
}

void main()
{
	uint walk = gl_WorkGroupID.x;
	uint lane = gl_LocalInvocationID.x;
	uint added = rows_added(walk);
	if (added < push.prefix_length || added >= push.order_length || stands(walk))
		return;
	uint own_work = work_begin(walk);
	uint own_scores = push.state.scores + walk * (push.padded / 2u);

	// Every invocation reads a quad, even without one of its own, so that the buffer's address is
	// found before the loops: lavapipe of Mesa 26 reads through an address that was never set where
	// a subgroup enters them with no active invocation.
	I64 best = lowest_of(own_work, lane % (push.padded / 4u));
	for (uint quad = lane + GROUP; quad < push.padded / 4u; quad += GROUP) {
		I64 score = lowest_of(own_work, quad);
		if (i64_less(score, best))
			best = score;
	}
	uvec4 bounds = center[centroid_begin(walk) + CENTROID_BOUNDS];
	I64 margin = i64_from_parts(bounds.z, bounds.w);
	I64 limit = i64_add(score_of(lowest_of_workgroup(best, lane, NO_SCORE)), margin);

	for (uint quad = lane; quad < push.padded / 4u; quad += GROUP) {
		// A loop instead of a condition: CPU drivers end a loop that no invocation is left in,
		// but execute the body of a condition that holds for none.
		while (i64_less(limit, lowest_of(own_work, quad))) {
			quad += GROUP;
			if (quad >= push.padded / 4u)
				break;
		}
		if (quad >= push.padded / 4u)
			break;
		uint item = quad * 4u;
		uvec4 low = state[own_scores + quad * 2u];
		uvec4 high = state[own_scores + quad * 2u + 1u];
		uint open = open_items(item, center[chosen_quad(walk, item)][chosen_word(item)]);
		for (uint c = 0u; c < 4u; c++) {
			I64 score = i64_from_parts(low[c], high[c]);
			if ((open >> c & 1u) != 0u && !i64_less(limit, score)) {
				uint at = atomicAdd(work[own_work + CONTENDERS_COUNT], 1u);
				work[own_work + CONTENDERS_ITEMS + at] = item + c;
			}
		}
	}
}
