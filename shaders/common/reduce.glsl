// SPDX-License-Identifier: MIT
//
// The lowest score in a workgroup. Include after exact.glsl and the workgroup's size.

#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_arithmetic : enable

// A gap is a difference of two scores, in units of 2^GAP_UNIT, rounded down.
#define GAP_UNIT 8u
#define MAX_GAP 0xffffffffu

// Score (two words, the high one offset so that it orders as unsigned), item, and the gap to the
// second-lowest score.
shared uvec4 found[gl_WorkGroupSize.x];

#define NOTHING_FOUND uvec4(0xffffffffu) // NO_SCORE

I64 score_of(uvec4 lowest)
{
	return i64_from_parts(lowest.y, lowest.x ^ 0x80000000u);
}

// A difference that is not negative as a gap.
uint gap_of(I64 difference)
{
	I64 gap = i64_shift_down(difference, GAP_UNIT);
	return i64_high(gap) == 0u ? i64_low(gap) : MAX_GAP;
}

// Whether the second-lowest score may be less than `bound` above the lowest.
bool is_close(uvec4 lowest, I64 bound)
{
	I64 above = i64_add(bound, i64_from_parts((1u << GAP_UNIT) - 1u, 0u));
	I64 limit = i64_shift_down(above, GAP_UNIT);
	return i64_high(limit) != 0u || lowest.w < i64_low(limit);
}

bool before(uvec4 a, uvec4 b)
{
	if (a.x != b.x)
		return a.x < b.x;
	if (a.y != b.y)
		return a.y < b.y;
	return a.z < b.z;
}

// The lower of two, with the gap to whatever is next.
uvec4 lower(uvec4 a, uvec4 b)
{
	uvec4 low = b, high = a;
	if (before(a, b)) {
		low = a;
		high = b;
	}
	low.w = min(low.w, gap_of(i64_sub(score_of(high), score_of(low))));
	return low;
}

#if SUBGROUP
uvec4 lowest_of_subgroup(uvec4 own)
{
	uvec4 lowest;
	lowest.x = subgroupMin(own.x);
	lowest.y = subgroupMin(own.x == lowest.x ? own.y : 0xffffffffu);
	lowest.z = subgroupMin(own.x == lowest.x && own.y == lowest.y ? own.z : 0xffffffffu);
	uint gap = own.w;
	if (own.z != lowest.z)
		gap = gap_of(i64_sub(score_of(own), score_of(lowest)));
	lowest.w = subgroupMin(gap);
	return lowest;
}
#endif

// The lowest score among all invocations, ties to the lowest item. Each invocation gives the lowest
// and the second-lowest of its own scores, and an item that no other invocation gives. All
// invocations have to call this.
uvec4 lowest_of_workgroup(I64 score, uint item, I64 second)
{
	uvec4 own = uvec4(i64_high(score) ^ 0x80000000u, i64_low(score), item,
	                  gap_of(i64_sub(second, score)));
	uint lane = gl_LocalInvocationID.x;
#if SUBGROUP
	own = lowest_of_subgroup(own);
	if (gl_NumSubgroups == 1u)
		return own;
	if (gl_SubgroupInvocationID == 0u)
		found[gl_SubgroupID] = own;
	barrier();
	if (gl_SubgroupID == 0u) {
		uint own_place = gl_SubgroupInvocationID;
		uvec4 best = own_place < gl_NumSubgroups ? found[own_place] : NOTHING_FOUND;
		for (uint i = own_place + gl_SubgroupSize; i < gl_NumSubgroups; i += gl_SubgroupSize)
			best = lower(found[i], best);
		best = lowest_of_subgroup(best);
		if (gl_SubgroupInvocationID == 0u)
			found[0] = best;
	}
#else
	found[lane] = own;
	for (uint half_size = gl_WorkGroupSize.x / 2u; half_size > 0u; half_size /= 2u) {
		barrier();
		if (lane < half_size)
			found[lane] = lower(found[lane], found[lane + half_size]);
	}
#endif
	barrier();
	uvec4 lowest = found[0];
	barrier();
	return lowest;
}
