// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// For every walk the row of the Gram matrix of its last chosen item, computed when it is
// needed because the whole matrix does not fit. An invocation makes 8 columns for ROWS
// walks.

#include "gram.glsl"

layout(local_size_x_id = 0) in;

layout(std430, binding = 3) readonly buffer State { uvec4 state[]; };

layout(push_constant) uniform Push
{
	uint a_item;       // the first item in a_rows,
	uint a_items;      // and how many there are
	uint quads;        // quadruples of a row
	uint column;       // the item of b_rows' first row,
	uint columns;      // and how many rows there are, a multiple of 64
	uint result_quads; // quadruples of a row of the result
	uint counters;     // quadruples of state before the counters,
	uint orders;       // and the orders
	uint order_quads;  // quadruples of one order
	uint walks;
};

#define COLUMNS(X, m) X(m, 0) X(m, 1) X(m, 2) X(m, 3) X(m, 4) X(m, 5) X(m, 6) X(m, 7)
#define ALL_COLUMNS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#if ROWS == 1
#define EACH_ROW(X) X(0)
#else
#define EACH_ROW(X) X(0) X(1) X(2) X(3)
#endif

#define CHOOSE(m) \
	uint walk##m = gl_WorkGroupID.y * uint(ROWS) + uint(m); \
	uint item##m = 0xffffffffu; \
	if (walk##m < walks) { \
		uint added = state[counters + walk##m].x; \
		item##m = state[orders + walk##m * order_quads + added / 4u][added % 4u]; \
	} \
	bool here##m = item##m - a_item < a_items; \
	any_here = any_here || here##m; \
	uint a##m = here##m ? (item##m - a_item) * quads : 0u;

#define DECLARE(m, k) I64 s##m##_##k = I64_ZERO;
#define DECLARE_ROW(m) COLUMNS(DECLARE, m)
#define FETCH_A(m) ivec4 v##m = LOAD_A(a##m + t);
#define FETCH_B(k) ivec4 b##k = LOAD_B(b + k * quads + t);
#define MULTIPLY(m, k) \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.x, b##k.x); \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.y, b##k.y); \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.z, b##k.z); \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.w, b##k.w);
#define MULTIPLY_ROW(m) COLUMNS(MULTIPLY, m)
#define ROUND(m, k) int q##m##_##k = to_q30(s##m##_##k, item##m == j + k);
#define STORE_ROW(m) \
	if (here##m) { \
		COLUMNS(ROUND, m) \
		uint to = walk##m * result_quads + j / 4u; \
		result[to] = ivec4(q##m##_0, q##m##_1, q##m##_2, q##m##_3); \
		result[to + 1u] = ivec4(q##m##_4, q##m##_5, q##m##_6, q##m##_7); \
	}

void main()
{
	uint along = gl_GlobalInvocationID.x * 8u;
	bool any_here = false;
	EACH_ROW(CHOOSE)
	if (!any_here || along >= columns)
		return;
	uint b = along * quads;
	uint j = column + along;
	EACH_ROW(DECLARE_ROW)
	for (uint t = 0u; t < quads; t++) {
		EACH_ROW(FETCH_A)
		ALL_COLUMNS(FETCH_B)
		EACH_ROW(MULTIPLY_ROW)
	}
	EACH_ROW(STORE_ROW)
}
