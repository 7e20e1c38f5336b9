// SPDX-License-Identifier: MIT
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_NV_cooperative_matrix : require
#extension GL_NV_integer_cooperative_matrix : require
//
// A rectangle of the Gram matrix on units that multiply matrices of 8-bit integers, after
// the Ozaki scheme (Ozaki, Ogita, Oishi, Rump 2012, "Error-free transformations of matrix
// multiplication by using fast routines of matrix multiplication and its applications";
// Ootomo, Ozaki, Yokota 2024, "DGEMM on integer matrix multiplication unit").
//
// Each number is written with four signed digits to the base 256,
//   q = d3 * 2^24 + d2 * 2^16 + d1 * 2^8 + d0,  d0 to d2 in [-128, 127], d3 in [-64, 64]
// (|q| <= 2^30), and the sixteen products of digits are summed over the row in 32 bits,
// one sum for each exponent: for d_i * d_j the one of i + j. The seven sums together are
// the exact dot product. Per number of a row the products of exponent 3 add at most
// 2 * 128 * 128 + 2 * 128 * 64 = 49152 to their sum, and those of every other exponent no
// more: rows of up to (2^31 - 1) / 49152 = 43690 numbers cannot overflow.
//
// A workgroup of eight subgroups of 32 computes a tile of 64 x 64, 64 numbers of each row at
// a time; a subgroup holds the sums of 32 rows x 16 columns.
//
// With MIRROR the rectangle is part of the upper triangle: tiles below the diagonal
// are skipped, those above are also written transposed.

#include "gram/gram.glsl"
#include "interface/gram.h"

#if MIRROR
layout(std430, binding = 3) writeonly buffer Mirror { ivec4 mirror[]; };
#endif

layout(local_size_x = GRAM_MATRIX_UNITS_INVOCATIONS) in;

layout(push_constant) uniform Push { gram_push push; };

#define ROWS_MATRIX icoopmatNV<8, gl_ScopeSubgroup, 16, 32>
#define COLUMNS_MATRIX icoopmatNV<8, gl_ScopeSubgroup, 32, 16>
#define SUMS_MATRIX icoopmatNV<32, gl_ScopeSubgroup, 16, 16>

// Shared memory holds 128 lines: 64 rows of the one operand, then 64 of the other. A line
// is 64 numbers: the digits d0 of all (4 quadruples of words), then all d1, d2, d3. Which
// number comes where within the 64 does not matter, as long as all lines agree. A spare
// quadruple at the end of each line keeps neighbouring lines out of each other's banks.
#define LINE GRAM_MATRIX_UNITS_LINE
// Once the sums are complete, it holds the tile of the result: 64 lines of 64 numbers.
shared uvec4 tile[2u * TILE * LINE];

// Loads every fourth of the next sixteen quadruples of a row of each operand; past the
// rows' end, zeros.
#define FETCH_EACH(QUAD) \
	[[unroll]] for (uint n = 0u; n < 16u; n += 4u) { \
		a_next[n / 4u] = QUAD(LOAD_A, a + t, n); \
		b_next[n / 4u] = QUAD(LOAD_B, b + t, n); \
	}
#define WITHIN(LOAD, at, n) LOAD(at + n)
#define UP_TO_END(LOAD, at, n) (t + own_quad + n < push.quads ? LOAD(at + n) : ivec4(0))
#define FETCH \
	if (t + 16u <= push.quads) { \
		FETCH_EACH(WITHIN) \
	} else { \
		FETCH_EACH(UP_TO_END) \
	}

// The digits of four numbers, a byte each. An offset of 128 makes the lower digits positive, so
// that the bytes of the sum are the digits with the offset; the exclusive or removes it.
uvec4 digits(uvec4 numbers)
{
	return (numbers + 0x00808080u) ^ 0x00808080u;
}

// Sorts the digits of sixteen numbers: each uvec4 stored has one digit of all.
void store_digits(uint at, ivec4 v[4])
{
	const uint even = 0x00ff00ffu;
	uvec4 x = digits(uvec4(v[0].x, v[1].x, v[2].x, v[3].x));
	uvec4 y = digits(uvec4(v[0].y, v[1].y, v[2].y, v[3].y));
	uvec4 z = digits(uvec4(v[0].z, v[1].z, v[2].z, v[3].z));
	uvec4 w = digits(uvec4(v[0].w, v[1].w, v[2].w, v[3].w));
	uvec4 xy02 = (x & even) | ((y << 8) & ~even);
	uvec4 xy13 = ((x >> 8) & even) | (y & ~even);
	uvec4 zw02 = (z & even) | ((w << 8) & ~even);
	uvec4 zw13 = ((z >> 8) & even) | (w & ~even);
	tile[at] = (xy02 & 0xffffu) | (zw02 << 16);
	tile[at + 4u] = (xy13 & 0xffffu) | (zw13 << 16);
	tile[at + 8u] = (xy02 >> 16) | (zw02 & 0xffff0000u);
	tile[at + 12u] = (xy13 >> 16) | (zw13 & 0xffff0000u);
}

void main()
{
	uint row_block = push.row / TILE + gl_WorkGroupID.y;
	uint column_block = push.column / TILE + gl_WorkGroupID.x;
#if MIRROR
	if (column_block < row_block)
		return;
#endif
	uint down = gl_WorkGroupID.y * TILE;
	uint along = gl_WorkGroupID.x * TILE;
	uint lane = gl_LocalInvocationIndex;

	// Each invocation loads a quarter of a row of each operand.
	uint own_row = lane / 4u;
	uint own_quad = lane % 4u;
	uint a = push.a_first + (down + own_row) * push.quads + own_quad;
	uint b = push.b_first + (along + own_row) * push.quads + own_quad;
	uint a_store = own_row * LINE + own_quad;
	uint b_store = a_store + TILE * LINE;

	uint sub_row = gl_SubgroupID / 4u * 32u;
	uint sub_column = gl_SubgroupID % 4u * 16u;
	uint a_load = sub_row * LINE;
	uint b_load = (TILE + sub_column) * LINE;

	// Of exponent e, rows 16 * m to 16 * m + 15 of the subgroup: sums[2 * e + m].
	SUMS_MATRIX sums[14];
	[[unroll]] for (int n = 0; n < 14; n++)
		sums[n] = SUMS_MATRIX(0);

	ivec4 a_next[4], b_next[4];
	uint t = 0u;
	FETCH
	while (t < push.quads) {
		barrier();
		store_digits(a_store, a_next);
		store_digits(b_store, b_next);
		barrier();
		// Loads the next numbers while the present ones are multiplied.
		t += 16u;
		if (t < push.quads) {
			FETCH
		}
		[[unroll]] for (uint k = 0u; k < 4u; k += 2u) {
			COLUMNS_MATRIX right[4];
			[[unroll]] for (int j = 0; j < 4; j++)
				coopMatLoadNV(right[j], tile, b_load + uint(j) * 4u + k, LINE, true);
			[[unroll]] for (int i = 0; i < 4; i++) {
				ROWS_MATRIX left[2];
				[[unroll]] for (int m = 0; m < 2; m++)
					coopMatLoadNV(left[m], tile, a_load + uint(m) * 16u * LINE + uint(i) * 4u + k,
					              LINE, false);
				[[unroll]] for (int m = 0; m < 2; m++)
					[[unroll]] for (int j = 0; j < 4; j++)
						sums[(i + j) * 2 + m] =
							coopMatMulAddNV(left[m], right[j], sums[(i + j) * 2 + m]);
			}
		}
	}

	SUMS_MATRIX rounded[2];
	[[unroll]] for (int m = 0; m < 2; m++)
		[[unroll]] for (int n = 0; n < sums[0].length(); n++) {
			I64 sum = I64_ZERO;
			[[unroll]] for (int e = 0; e < 7; e++)
				sum += int64_t(sums[e * 2 + m][n]) << (8 * e);
			rounded[m][n] = to_q30(sum, false);
		}
	barrier();
	[[unroll]] for (int m = 0; m < 2; m++)
		coopMatStoreNV(rounded[m], tile,
		               (sub_row + uint(m) * 16u) * LINE + sub_column / 4u, LINE, false);
	barrier();
	uint x = lane % 16u;
	for (uint y = lane / 16u; y < TILE; y += 16u) {
		ivec4 q = ivec4(tile[y * LINE + x]);
		if (row_block == column_block && x == y / 4u)
			q[y % 4u] = diagonal_q30(q[y % 4u]);
		result[push.result_first + (down + y) * push.result_quads + along / 4u + x] = q;
	}
#if MIRROR
	if (column_block > row_block) {
		barrier();
		[[unroll]] for (int m = 0; m < 2; m++)
			coopMatStoreNV(rounded[m], tile,
			               sub_column * LINE + (sub_row + uint(m) * 16u) / 4u, LINE,
			               true);
		barrier();
		for (uint y = lane / 16u; y < TILE; y += 16u)
			mirror[push.mirror_first + (along + y) * push.mirror_quads + down / 4u + x] =
				ivec4(tile[y * LINE + x]);
	}
#endif
}
