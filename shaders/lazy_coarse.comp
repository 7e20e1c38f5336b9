// SPDX-License-Identifier: MIT
#version 450
//
// Coarse rows: every number of a row of 30-bit fixed point rounded to 16 bits, two in a
// word.

layout(local_size_x = 64) in;

layout(std430, binding = 0) readonly buffer Rows { ivec4 rows[]; };
layout(std430, binding = 1) writeonly buffer Coarse { ivec4 coarse[]; };

layout(push_constant) uniform Push
{
	uint count; // quadruples of coarse
	uint shift;
	uint first; // of this dispatch
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
	ivec4 a = rows[2u * i];
	ivec4 b = rows[2u * i + 1u];
	coarse[i] = ivec4(pack(a.x, a.y), pack(a.z, a.w), pack(b.x, b.y), pack(b.z, b.w));
}
