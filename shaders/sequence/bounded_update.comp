// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Adds the row of the item chosen last to each walk's centroid, and updates the error bounds. One
// workgroup is one walk; only the dispatch whose block of rows holds the row does anything.

#include "sequence/bounded.glsl"

layout(std430, binding = 0) buffer State { uvec4 state[]; };
layout(std430, binding = 1) buffer Centroid { uvec4 center[]; };
layout(std430, binding = 2) readonly buffer Rows { ivec4 rows[]; };

#include "sequence/walk_state.glsl"

shared uint most_bits;
shared uvec2 squares[GROUP];

uint bits_of(I64 a)
{
	uint high = i64_high(a);
	uint low = i64_low(a);
	if (int(high) < 0) { // the complement, which has as many bits as the magnitude, or one less
		high = ~high;
		low = ~low;
	}
	return high != 0u ? uint(findMSB(high)) + 33u : uint(findMSB(low)) + 1u;
}

// Shifted down by 0 to 33.
int shifted(I64 a, uint by)
{
	uint high = i64_high(a);
	uint low = i64_low(a);
	if (by == 0u)
		return int(low);
	if (by < 32u)
		return int((low >> by) | (high << (32u - by)));
	return int(high) >> int(by - 32u);
}

I64 shift_left(I64 a, uint by)
{
	uint high = i64_high(a);
	uint low = i64_low(a);
	if (by == 0u)
		return a;
	if (by < 32u)
		return i64_from_parts(low << by, (high << by) | (low >> (32u - by)));
	return i64_from_parts(0u, low << (by - 32u));
}

// At least the square root of a number below 2^62.
uint root_above(I64 number)
{
	uint halvings = 0u;
	I64 rest = number;
	while (i64_high(rest) != 0u || i64_low(rest) >= 0x40000000u) {
		uint low = i64_low(rest);
		uint high = i64_high(rest);
		rest = i64_from_parts((low >> 2) | (high << 30), high >> 2);
		halvings++;
	}
	uint target = i64_low(rest) + 1u;
	uint root = 0u;
	for (uint bit = 0x8000u; bit != 0u; bit >>= 1)
		if ((root | bit) * (root | bit) <= target)
			root |= bit;
	return (root + 1u) << halvings;
}

void main()
{
	uint walk = gl_WorkGroupID.x;
	uint lane = gl_LocalInvocationID.x;
	uint own = centroid_begin(walk);
	uint added = rows_added(walk);
	if (center[own + CENTROID_HEAD].y == 0u)
		return;
	uint chosen = order_element(walk, added);
	if (chosen - push.a_item >= push.a_items)
		return;
	uint row = (chosen - push.a_item) * push.quads;
	int weight = weight_of(chosen);

	if (lane == 0u)
		most_bits = 0u;
	barrier();
	uint bits = 0u;
	for (uint t = lane; t < push.quads; t += GROUP) {
		ivec4 q = rows[row + t];
		uvec4 low = center[own + CENTROID_LOW(push.quads) + t];
		uvec4 high = center[own + CENTROID_HIGH(push.quads) + t];
		for (uint c = 0u; c < 4u; c++) {
			I64 sum = i64_mul_shift_add(i64_from_parts(low[c], high[c]), weight, q[c], int(SHIFT));
			low[c] = i64_low(sum);
			high[c] = i64_high(sum);
			bits = max(bits, bits_of(sum));
		}
		center[own + CENTROID_LOW(push.quads) + t] = low;
		center[own + CENTROID_HIGH(push.quads) + t] = high;
	}
	atomicMax(most_bits, bits);
	barrier();
	uint shift = most_bits > 30u ? most_bits - 30u : 0u;

	I64 sum = I64_ZERO;
	for (uint t = lane; t < push.quads; t += GROUP) {
		uvec4 low = center[own + CENTROID_LOW(push.quads) + t];
		uvec4 high = center[own + CENTROID_HIGH(push.quads) + t];
		ivec4 scaled;
		for (uint c = 0u; c < 4u; c++) {
			scaled[c] = shifted(i64_from_parts(low[c], high[c]), shift);
			int part = (abs(scaled[c]) >> 20) + 1;
			sum = i64_mul_add(sum, part, part);
		}
		center[own + CENTROID_SHIFTED + t] = uvec4(scaled);
	}
	squares[lane] = uvec2(i64_low(sum), i64_high(sum));
	barrier();
	if (lane != 0u)
		return;

	sum = I64_ZERO;
	for (uint i = 0u; i < GROUP; i++)
		sum = i64_add(sum, i64_from_parts(squares[i].x, squares[i].y));
	int norm = int(root_above(sum)); // of the shifted centroid, in units of 2^20

	// The exact scores: what rounding each cosine, holding it within [-1, 1] (at most
	// root + 1), and rounding each term and each of the centroid's numbers can add up to.
	uint grown = ((uint(weight) >> SHIFT) + 1u) * (push.root + 2u) + push.root + 4u;
	// The bound of near steps. It counts here too, so that all their items become contenders.
	uint near = ((uint(weight) >> SHIFT) + 1u) * push.error.per_weight + push.error.per_row;
	uint head = head_of(walk);
	uvec4 bound = state[head + WALK_BOUND];
	I64 new_bound = i64_add(i64_from_parts(bound.x, bound.y), i64_from_parts(near, 0u));
	state[head + WALK_BOUND] = uvec4(i64_low(new_bound), i64_high(new_bound), bound.zw);
	grown += near;
	uvec4 bounds = center[own + CENTROID_BOUNDS];
	I64 exact_error = i64_add(i64_from_parts(bounds.x, bounds.y), i64_from_parts(grown, 0u));

	// The approximate ones, in their own unit: coarse rows (half a unit in each number,
	// times the centroid), the shifted centroid (a unit in each), the exact scores.
	I64 error = shift_left(i64_mul_add(I64_ZERO, int(push.root), norm), 19u);
	error = i64_mul_add(error, int(push.root), int(push.coarse_norm));
	int down = int(push.coarse_shift + shift) - 30;
	I64 converted = exact_error;
	if (down <= 0)
		converted = shift_left(exact_error, uint(-down));
	error = i64_add(error, i64_add(converted, i64_from_parts(2u, 0u)));
	error = i64_add(error, error);
	center[own + CENTROID_BOUNDS] = uvec4(i64_low(exact_error), i64_high(exact_error),
	                                                i64_low(error), i64_high(error));
	center[own + CENTROID_HEAD] = uvec4(shift, 0u, 0u, 0u);
	center[chosen_quad(walk, chosen)][chosen_word(chosen)] |= 1u << (chosen % 32u);
	state[head + WALK_COUNTERS].x = added + 1u;
}
