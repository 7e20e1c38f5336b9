// SPDX-License-Identifier: MIT
//
// The lowest score in a workgroup. Include after exact.glsl and the workgroup's size.

#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_arithmetic : enable

// Score (two words, the high one offset so that it orders as unsigned) and item.
shared uvec4 found[gl_WorkGroupSize.x];

bool before(uvec4 a, uvec4 b)
{
	if (a.x != b.x)
		return a.x < b.x;
	if (a.y != b.y)
		return a.y < b.y;
	return a.z < b.z;
}

#if SUBGROUP
uvec4 lowest_of_subgroup(uvec4 own)
{
	uint high = subgroupMin(own.x);
	uint low = subgroupMin(own.x == high ? own.y : 0xffffffffu);
	uint item = subgroupMin(own.x == high && own.y == low ? own.z : 0xffffffffu);
	return uvec4(high, low, item, 0u);
}
#endif

// The lowest score among all invocations, ties to the lowest item. All invocations have to
// call this.
uvec4 lowest_of_workgroup(I64 score, uint item)
{
	uvec4 own = uvec4(i64_high(score) ^ 0x80000000u, i64_low(score), item, 0u);
	uint lane = gl_LocalInvocationID.x;
#if SUBGROUP
	own = lowest_of_subgroup(own);
	if (gl_NumSubgroups == 1u)
		return own;
	if (gl_SubgroupInvocationID == 0u)
		found[gl_SubgroupID] = own;
	barrier();
	if (gl_SubgroupID == 0u) {
		uvec4 best = uvec4(0xffffffffu);
		for (uint i = gl_SubgroupInvocationID; i < gl_NumSubgroups; i += gl_SubgroupSize) {
			uvec4 other = found[i];
			if (before(other, best))
				best = other;
		}
		best = lowest_of_subgroup(best);
		if (gl_SubgroupInvocationID == 0u)
			found[0] = best;
	}
#else
	found[lane] = own;
	for (uint half_size = gl_WorkGroupSize.x / 2u; half_size > 0u; half_size /= 2u) {
		barrier();
		if (lane < half_size && before(found[lane + half_size], found[lane]))
			found[lane] = found[lane + half_size];
	}
#endif
	barrier();
	uvec4 lowest = found[0];
	barrier();
	return lowest;
}

I64 score_of(uvec4 lowest)
{
	return i64_from_parts(lowest.y, lowest.x ^ 0x80000000u);
}
