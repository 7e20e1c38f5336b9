// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Computes the rows of the Gram matrix that row_cache_plan.comp has listed for a segment, ROWS of
// them at a time. An invocation computes 8 columns.

#include "gram/gram.glsl"
#include "gram/listed_rows.glsl"

layout(local_size_x_id = 0) in;

#define COLUMNS(X, m) X(m, 0) X(m, 1) X(m, 2) X(m, 3) X(m, 4) X(m, 5) X(m, 6) X(m, 7)
#define ALL_COLUMNS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#if ROWS == 4
#define EACH_ROW(X) X(0) X(1) X(2) X(3)
#define FIRST (work[WORK_MANY(push.segment) + 1u] * work[WORK_MANY_ROWS])
#else
#define EACH_ROW(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) \
	X(14) X(15)
#define FIRST 0u
#endif

#define FIND(m) \
	uint item##m = listed_item(first + uint(m)); \
	bool in_a##m = is_in_a_rows(first + uint(m)); \
	any_in_a = any_in_a || in_a##m; \
	uint a##m = listed_row(first + uint(m));

#define DECLARE(m, k) I64 s##m##_##k = I64_ZERO;
#define DECLARE_ROW(m) COLUMNS(DECLARE, m)
#define FETCH_A(m) ivec4 v##m = LOAD_A(a##m + t);
#define FETCH_B(k) ivec4 b##k = LOAD_B(b + k * push.quads + t);
#define MULTIPLY(m, k) \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.x, b##k.x); \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.y, b##k.y); \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.z, b##k.z); \
	s##m##_##k = i64_mul_add(s##m##_##k, v##m.w, b##k.w);
#define MULTIPLY_ROW(m) COLUMNS(MULTIPLY, m)
#define ROUND(m, k) int q##m##_##k = to_q30(s##m##_##k, item##m == j + k);
#define STORE_ROW(m) \
	if (in_a##m) { \
		COLUMNS(ROUND, m) \
		uint to = listed_place(first + uint(m)) * push.result_quads + j / 4u; \
		result[to] = ivec4(q##m##_0, q##m##_1, q##m##_2, q##m##_3); \
		result[to + 1u] = ivec4(q##m##_4, q##m##_5, q##m##_6, q##m##_7); \
	}

void main()
{
	uint along = gl_GlobalInvocationID.x * LISTED_COLUMNS;
	uint first = FIRST + gl_WorkGroupID.y * uint(ROWS);
	bool any_in_a = false;
	EACH_ROW(FIND)
	if (!any_in_a || along >= push.columns)
		return;
	uint b = along * push.quads;
	uint j = push.column + along;
	EACH_ROW(DECLARE_ROW)
	for (uint t = 0u; t < push.quads; t++) {
		EACH_ROW(FETCH_A)
		ALL_COLUMNS(FETCH_B)
		EACH_ROW(MULTIPLY_ROW)
	}
	EACH_ROW(STORE_ROW)
}
