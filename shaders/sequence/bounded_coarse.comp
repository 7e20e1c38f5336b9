// SPDX-License-Identifier: MIT
#version 450
//
// Coarse rows: every number of a row of 30-bit fixed point rounded to 16 bits, two in a
// word. The quadruples of 64 rows lie side by side, as bounded_scan.comp reads them: in one
// stream instead of 64.

layout(local_size_x = 64) in;

layout(std430, binding = 0) readonly buffer Rows { ivec4 rows[]; };
layout(std430, binding = 1) writeonly buffer Coarse { ivec4 coarse[]; };

layout(push_constant) uniform Push
{
	uint count; // quadruples of coarse
	uint shift;
	uint first; // of this dispatch
	uint quads; // of a row of fixed point
};

int pack(int low, int high)
{
	int half_unit = 1 << (shift - 1u);
	return ((low + half_unit) >> shift & 0xffff) | ((high + half_unit) >> shift << 16);
}

void main()
{
	uint i = first + gl_GlobalInvocationID.x;
	if (i >= count)
		return;
	uint half_quads = quads / 2u;
	uint row = i / (half_quads * 64u) * 64u + i % 64u;
	uint from = row * quads + i / 64u % half_quads * 2u;
	ivec4 a = rows[from];
	ivec4 b = rows[from + 1u];
	coarse[i] = ivec4(pack(a.x, a.y), pack(a.z, a.w), pack(b.x, b.y), pack(b.z, b.w));
}
