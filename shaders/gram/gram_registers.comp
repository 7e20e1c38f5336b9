// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// A rectangle of the Gram matrix, for CPU drivers: each invocation holds a tile of
// 16 x 8 sums in named scalars (arrays would go to memory one lane at a time) and
// goes along the rows four numbers at a time, without shared memory or barriers.
// A workgroup of 8 computes 16 rows x 64 columns.
//
// With MIRROR the rectangle is part of the upper triangle: 64 x 64 blocks below the
// diagonal are skipped, those above are also written transposed.

#include "gram/gram.glsl"
#include "interface/gram.h"

#if MIRROR
layout(std430, binding = 3) writeonly buffer Mirror { ivec4 mirror[]; };
#endif

layout(local_size_x = 8) in;

layout(push_constant) uniform Push { gram_push push; };

#define COLUMNS(X, m) X(m, 0) X(m, 1) X(m, 2) X(m, 3) X(m, 4) X(m, 5) X(m, 6) X(m, 7)
#define ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) \
	X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define ALL_COLUMNS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

#define DECLARE(m, k) I64 s##m##_##k = I64_ZERO;
#define DECLARE_ROW(m) COLUMNS(DECLARE, m)

#define FETCH_A(m) ivec4 a##m = LOAD_A(a + m * push.quads + t);
#define FETCH_B(k) ivec4 b##k = LOAD_B(b + k * push.quads + t);
#if INT64
#define MULTIPLY(m, k) \
	s##m##_##k += int64_t(a##m.x) * int64_t(b##k.x) + int64_t(a##m.y) * int64_t(b##k.y) + \
	              int64_t(a##m.z) * int64_t(b##k.z) + int64_t(a##m.w) * int64_t(b##k.w);
#else
#define MULTIPLY(m, k) \
	s##m##_##k = i64_mul_add(s##m##_##k, a##m.x, b##k.x); \
	s##m##_##k = i64_mul_add(s##m##_##k, a##m.y, b##k.y); \
	s##m##_##k = i64_mul_add(s##m##_##k, a##m.z, b##k.z); \
	s##m##_##k = i64_mul_add(s##m##_##k, a##m.w, b##k.w);
#endif
#define MULTIPLY_ROW(m) COLUMNS(MULTIPLY, m)

#define ROUND(m, k) int q##m##_##k = to_q30(s##m##_##k, i + m == j + k);
#define ROUND_ROW(m) COLUMNS(ROUND, m)

#define STORE_ROW(m) \
	result[to + m * push.result_quads] = ivec4(q##m##_0, q##m##_1, q##m##_2, q##m##_3); \
	result[to + m * push.result_quads + 1] = ivec4(q##m##_4, q##m##_5, q##m##_6, q##m##_7);
#define STORE_COLUMN(k) \
	mirror[at + k * push.mirror_quads] = ivec4(q0_##k, q1_##k, q2_##k, q3_##k); \
	mirror[at + k * push.mirror_quads + 1] = ivec4(q4_##k, q5_##k, q6_##k, q7_##k); \
	mirror[at + k * push.mirror_quads + 2] = ivec4(q8_##k, q9_##k, q10_##k, q11_##k); \
	mirror[at + k * push.mirror_quads + 3] = ivec4(q12_##k, q13_##k, q14_##k, q15_##k);

void main()
{
	// Offsets in the rectangle, and the row and column in the matrix.
	uint down = gl_WorkGroupID.y * GRAM_REGISTERS_ROWS;
	uint along = gl_WorkGroupID.x * TILE + gl_LocalInvocationID.x * 8u;
	uint i = push.row + down;
	uint j = push.column + along;
#if MIRROR
	uint row_block = i / TILE;
	uint column_block = (push.column + gl_WorkGroupID.x * TILE) / TILE;
	if (column_block < row_block)
		return;
#endif
	uint a = push.a_first + down * push.quads;
	uint b = push.b_first + along * push.quads;
	ROWS(DECLARE_ROW)
	for (uint t = 0u; t < push.quads; t++) {
		ROWS(FETCH_A)
		ALL_COLUMNS(FETCH_B)
		ROWS(MULTIPLY_ROW)
	}
	ROWS(ROUND_ROW)
	uint to = push.result_first + down * push.result_quads + along / 4u;
	ROWS(STORE_ROW)
#if MIRROR
	if (column_block > row_block) {
		uint at = push.mirror_first + along * push.mirror_quads + down / 4u;
		ALL_COLUMNS(STORE_COLUMN)
	}
#endif
}
