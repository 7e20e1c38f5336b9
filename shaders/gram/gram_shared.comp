// SPDX-License-Identifier: MIT
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
//
// A rectangle of the Gram matrix, for GPUs: a workgroup of 128 computes a tile of
// 64 x 64, sixteen numbers of each row at a time through shared memory; each
// invocation holds 8 rows x 4 columns of sums. Of the two halves of shared memory
// (16 KiB in all) one is read while the other is filled.
//
// All loops over sums are unrolled, so that these stay in registers, and numbers are
// transposed in registers, so that shared memory is written and read in quadruples.
//
// With MIRROR the rectangle is part of the upper triangle: tiles below the diagonal
// are skipped, those above are also written transposed. With LISTED the rows are those
// that row_cache_plan.comp has listed.

#include "gram/gram.glsl"

#if MIRROR
layout(std430, binding = 3) writeonly buffer Mirror { ivec4 mirror[]; };
#endif

layout(local_size_x = 16, local_size_y = 8) in;

#if LISTED
#include "gram/listed_rows.glsl"
#else
#include "interface/gram.h"
layout(push_constant) uniform Push { gram_push push; };
#endif

// Number k of the tile's rows r to r + 3 at [k * 16 + r / 4], in each half.
#define HALF 256u
shared ivec4 a_tile[2u * HALF];
shared ivec4 b_tile[2u * HALF];

// One quadruple of each of four rows, which begin at `start`.
#define FETCH(LOAD, t) \
	v0 = LOAD(start.x + t); \
	v1 = LOAD(start.y + t); \
	v2 = LOAD(start.z + t); \
	v3 = LOAD(start.w + t);
#define STORE(tile, at) \
	tile[at] = ivec4(v0.x, v1.x, v2.x, v3.x); \
	tile[at + 16u] = ivec4(v0.y, v1.y, v2.y, v3.y); \
	tile[at + 32u] = ivec4(v0.z, v1.z, v2.z, v3.z); \
	tile[at + 48u] = ivec4(v0.w, v1.w, v2.w, v3.w);

void main()
{
#if MIRROR
	uint row_block = push.row / TILE + gl_WorkGroupID.y;
	uint column_block = push.column / TILE + gl_WorkGroupID.x;
	if (column_block < row_block)
		return;
#endif
	uint x = gl_LocalInvocationID.x;
	uint y = gl_LocalInvocationID.y;
	uint lane = y * 16u + x;
	uint down = gl_WorkGroupID.y * TILE;
	uint along = gl_WorkGroupID.x * TILE;

	// Half of the invocations load the rows of one operand, half those of the other:
	// sixteen times four rows, four quadruples of each.
	bool loads_a = lane < 64u;
	uint own_row = lane % 16u * 4u;
	uint own_quad = lane / 16u % 4u;
	uvec4 start = uvec4(own_quad);
#if LISTED
	// The dispatch has as many workgroups as the block with the most columns needs.
	if (along >= push.columns)
		return;
	if (loads_a)
		start += uvec4(listed_row(down + own_row), listed_row(down + own_row + 1u),
		               listed_row(down + own_row + 2u), listed_row(down + own_row + 3u));
	else
		start += (along + own_row + uvec4(0u, 1u, 2u, 3u)) * push.quads;
#else
	start += loads_a ? push.a_first + (down + own_row + uvec4(0u, 1u, 2u, 3u)) * push.quads
	                  : push.b_first + (along + own_row + uvec4(0u, 1u, 2u, 3u)) * push.quads;
#endif
	uint own_store = own_quad * 64u + lane % 16u;

	I64 sums[8][4];
	[[unroll]] for (int m = 0; m < 8; m++)
		[[unroll]] for (int c = 0; c < 4; c++)
			sums[m][c] = I64_ZERO;

	ivec4 v0, v1, v2, v3;
	if (loads_a) {
		FETCH(LOAD_A, 0u)
		STORE(a_tile, own_store)
	} else {
		FETCH(LOAD_B, 0u)
		STORE(b_tile, own_store)
	}
	uint from = 0u;
	for (uint t = 4u; t <= push.quads; t += 4u) {
		barrier();
		// Loads the next numbers while the present ones are multiplied.
		bool more = t < push.quads;
		if (more) {
			if (loads_a) {
				FETCH(LOAD_A, t)
			} else {
				FETCH(LOAD_B, t)
			}
		}
		[[unroll]] for (uint k = 0u; k < 16u; k++) {
			ivec4 upper = a_tile[from + k * 16u + y * 2u];
			ivec4 lower = a_tile[from + k * 16u + y * 2u + 1u];
			ivec4 columns = b_tile[from + k * 16u + x];
			[[unroll]] for (int m = 0; m < 4; m++)
				[[unroll]] for (int c = 0; c < 4; c++) {
					sums[m][c] = i64_mul_add(sums[m][c], upper[m], columns[c]);
					sums[m + 4][c] = i64_mul_add(sums[m + 4][c], lower[m], columns[c]);
				}
		}
		from = HALF - from;
		if (more) {
			if (loads_a) {
				STORE(a_tile, from + own_store)
			} else {
				STORE(b_tile, from + own_store)
			}
		}
	}

	ivec4 q[8];
	uint j = push.column + along + x * 4u;
	[[unroll]] for (int m = 0; m < 8; m++) {
		uint r = down + y * 8u + uint(m);
#if LISTED
		uint i = listed_item(r);
#else
		uint i = push.row + r;
#endif
		[[unroll]] for (int k = 0; k < 4; k++)
			q[m][k] = to_q30(sums[m][k], i == j + uint(k));
#if LISTED
		if (is_in_a_rows(r))
			result[listed_place(r) * push.result_quads + j / 4u] = q[m];
#else
		result[push.result_first + r * push.result_quads + along / 4u + x] = q[m];
#endif
	}
#if MIRROR
	if (column_block > row_block) {
		[[unroll]] for (int k = 0; k < 4; k++) {
			uint column = along + x * 4u + uint(k);
			uint to = push.mirror_first + column * push.mirror_quads + down / 4u + y * 2u;
			mirror[to] = ivec4(q[0][k], q[1][k], q[2][k], q[3][k]);
			mirror[to + 1u] = ivec4(q[4][k], q[5][k], q[6][k], q[7][k]);
		}
	}
#endif
}
