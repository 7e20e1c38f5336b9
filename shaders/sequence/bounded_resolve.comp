// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Brings the exact scores of contenders up to date: adds the terms of the rows chosen
// since. A workgroup takes one contender after another; the dispatches of all pairs of
// blocks of rows together add all terms.

#define NO_RESULT
#include "gram/gram.glsl"
#include "sequence/bounded.glsl"

layout(std430, binding = 2) readonly buffer State { uvec4 state[]; };
layout(std430, binding = 3) buffer Work { uint work[]; };

#include "sequence/walk_state.glsl"

shared uvec2 sums[GROUP];

// What elements `first` to `end` of the walk's order add to the score of an item: the share of this
// invocation.
I64 share_of(uint row, uint walk, uint first, uint end)
{
	I64 share = I64_ZERO;
	for (uint i = first; i < end; i += GROUP) {
		uint other = order_element(walk, i);
		if (other - push.b_item >= push.b_items)
			continue;
		uint other_row = (other - push.b_item) * push.quads;
		I64 sum = I64_ZERO;
		for (uint t = 0u; t < push.quads; t++) {
			ivec4 a = LOAD_A(row + t);
			ivec4 b = LOAD_B(other_row + t);
			sum = i64_mul_add(sum, a.x, b.x);
			sum = i64_mul_add(sum, a.y, b.y);
			sum = i64_mul_add(sum, a.z, b.z);
			sum = i64_mul_add(sum, a.w, b.w);
		}
		uint cosine = uint(to_q30(sum, false) + Q30_ONE); // as in objectives.glsl
		share = i64_add(share, u64_mul_shift(uint(weight_of(other)), cosine, SHIFT));
	}
	return share;
}

void main()
{
	uint walk = gl_WorkGroupID.y;
	uint lane = gl_LocalInvocationID.x;
	uint added = rows_added(walk);
	if (added < push.prefix_length || added >= push.order_length || stands(walk))
		return;
	uint own_work = work_begin(walk);
	uint count = work[own_work + CONTENDERS_COUNT];
	if (count < 2u)
		return;
	uint left = push.resolve_rounds;
	for (uint c = gl_WorkGroupID.x; c < count; c += push.resolve_groups) {
		uint item = work[own_work + CONTENDERS_ITEMS + c];
		uint exact = own_work + CONTENDERS_EXACT(push.padded) + item * 4u;
		uint first = work[exact + 2u];
		uint terms = next_terms(count, added - first, left);
		if (terms == 0u || item - push.a_item >= push.a_items)
			continue;
		I64 share = share_of((item - push.a_item) * push.quads, walk, first + lane, first + terms);
		sums[lane] = uvec2(i64_low(share), i64_high(share));
		barrier();
		if (lane == 0u) {
			I64 score = i64_from_parts(work[exact], work[exact + 1u]);
			for (uint i = 0u; i < GROUP; i++)
				score = i64_add(score, i64_from_parts(sums[i].x, sums[i].y));
			work[exact] = i64_low(score);
			work[exact + 1u] = i64_high(score);
		}
		barrier();
	}
}
