// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Coarse rows: every number of a row of 30-bit fixed point rounded to 16 bits, two in a
// word. The quadruples of 64 rows lie side by side, as bounded_scan.comp reads them: in one
// stream instead of 64.

#include "interface/bounded.h"

layout(local_size_x = BOUNDED_COARSE_INVOCATIONS) in;

layout(std430, binding = 0) readonly buffer Rows { ivec4 rows[]; };
layout(std430, binding = 1) writeonly buffer Coarse { ivec4 coarse[]; };

layout(push_constant) uniform Push { bounded_coarse_push push; };

int pack(int low, int high)
{
	int half_unit = 1 << (push.shift - 1u);
	return ((low + half_unit) >> push.shift & 0xffff) | ((high + half_unit) >> push.shift << 16);
}

void main()
{
	uint i = push.first + gl_GlobalInvocationID.x;
	if (i >= push.count)
		return;
	uint half_quads = push.quads / 2u;
	uint row = i / (half_quads * TILE) * TILE + i % TILE;
	uint from = row * push.quads + i / TILE % half_quads * 2u;
	ivec4 a = rows[from];
	ivec4 b = rows[from + 1u];
	coarse[i] = ivec4(pack(a.x, a.y), pack(a.z, a.w), pack(b.x, b.y), pack(b.z, b.w));
}
