// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Some steps of every walk, the scores in registers from the first step to the last.
// An invocation holds PIECES quadruples of scores, in named scalars, since an array
// would go to memory.

#include "sequence/walk.glsl"

layout(constant_id = 2) const uint PIECES = 1;

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) \
	X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) \
	X(28) X(29) X(30) X(31)

#define QUAD(p) (lane + uint(p) * gl_WorkGroupSize.x)

#define DECLARE(p) I64 x##p = I64_ZERO, y##p = I64_ZERO, z##p = I64_ZERO, w##p = I64_ZERO;

#define LOAD(p) \
	if (uint(p) < PIECES && QUAD(p) < push.row_quads) { \
		uvec4 low = state[own_scores + QUAD(p) * 2u]; \
		uvec4 high = state[own_scores + QUAD(p) * 2u + 1u]; \
		x##p = i64_from_parts(low.x, high.x); \
		y##p = i64_from_parts(low.y, high.y); \
		z##p = i64_from_parts(low.z, high.z); \
		w##p = i64_from_parts(low.w, high.w); \
	}

#define STORE(p) \
	if (uint(p) < PIECES && QUAD(p) < push.row_quads) { \
		state[own_scores + QUAD(p) * 2u] = \
			uvec4(i64_low(x##p), i64_low(y##p), i64_low(z##p), i64_low(w##p)); \
		state[own_scores + QUAD(p) * 2u + 1u] = \
			uvec4(i64_high(x##p), i64_high(y##p), i64_high(z##p), i64_high(w##p)); \
	}

#define START(p) \
	if (uint(p) < PIECES) { \
		if (QUAD(p) * 4u >= push.items) x##p = USED; \
		if (QUAD(p) * 4u + 1u >= push.items) y##p = USED; \
		if (QUAD(p) * 4u + 2u >= push.items) z##p = USED; \
		if (QUAD(p) * 4u + 3u >= push.items) w##p = USED; \
	}

#define ADD_ONE(sum, cosine, item) \
	sum = i64_mul_shift_add(sum, weight, cosine, SHIFT); \
	if (item == pick) \
		sum = USED; \
	if (i64_less(sum, best)) { \
		best = sum; \
		best_item = item; \
	}

// Quadruples past the row's end read its last one; they hold USED scores.
#define ADD(p) \
	if (uint(p) < PIECES) { \
		uint quad = QUAD(p); \
		ivec4 cosines = gram_quad(segment, row + min(quad, push.row_quads - 1u)); \
		ADD_ONE(x##p, cosines.x, quad * 4u) \
		ADD_ONE(y##p, cosines.y, quad * 4u + 1u) \
		ADD_ONE(z##p, cosines.z, quad * 4u + 2u) \
		ADD_ONE(w##p, cosines.w, quad * 4u + 3u) \
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

	EACH(DECLARE)
	EACH(START)
	if (added > 0u) {
		EACH(LOAD)
	}
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
		EACH(ADD)
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
	EACH(STORE)
	if (lane == 0u)
		state[push.state.counters + walk] = uvec4(added, hash);
}
