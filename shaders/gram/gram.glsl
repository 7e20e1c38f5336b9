// SPDX-License-Identifier: MIT
//
// For all kernels that compute a part of the Gram matrix: rows of 30-bit fixed point in,
// cosines as Q30 out.

#include "common/exact.glsl"

#if TEXEL
layout(binding = 0) uniform isamplerBuffer a_rows;
layout(binding = 1) uniform isamplerBuffer b_rows;
#define LOAD_A(i) texelFetch(a_rows, int(i))
#define LOAD_B(i) texelFetch(b_rows, int(i))
#else
layout(std430, binding = 0) readonly buffer ARows { ivec4 a_rows[]; };
layout(std430, binding = 1) readonly buffer BRows { ivec4 b_rows[]; };
#define LOAD_A(i) a_rows[i]
#define LOAD_B(i) b_rows[i]
#endif
#ifndef NO_RESULT
layout(std430, binding = 2) writeonly buffer Result { ivec4 result[]; };
#endif

const int Q30_ONE = 1 << 30;

// An element of the diagonal from its rounded dot product: exactly 1, or 0 for a zero row,
// whose dot product is 0.
int diagonal_q30(int q)
{
	return q == 0 ? 0 : Q30_ONE;
}

// A dot product of two unit rows, Q60, as a cosine, Q30: rounded, halves away from zero,
// so that opposite rows have opposite cosines, and held within [-1, 1], which the rounding
// of the rows can exceed by a little.
int to_q30(I64 sum, bool diagonal)
{
	uint half_unit = (1u << 29) - (i64_high(sum) >> 31);
	I64 rounded = i64_add(sum, i64_from_parts(half_unit, 0u));
	int q = int((i64_high(rounded) << 2) | (i64_low(rounded) >> 30));
	if (diagonal)
		return diagonal_q30(q);
	return clamp(q, -Q30_ONE, Q30_ONE);
}
