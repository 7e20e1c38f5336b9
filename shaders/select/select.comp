// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// The nearest neighbours of rows, some at a time: one workgroup for each row finds the
// next `wanted` best items after those found before. Items are compared by 64-bit keys: the
// similarity as a float rounds it, then the complement of the index. All keys differ.
//
// Each invocation first finds the highest similarity of its share, without rounding. The
// wanted-th best of these is reached by at least `wanted` items and seldom by many more:
// those are listed, sorted and written. Where too many or too few reach it, the threshold
// is bisected. All loops together have to end within the iterations that a driver allows.

#include "interface/select.h"

#if TEXEL
layout(binding = 0) uniform isamplerBuffer matrix;
#define LOAD(i) texelFetch(matrix, int(i))
#else
layout(std430, binding = 0) readonly buffer Matrix { ivec4 matrix[]; };
#define LOAD(i) matrix[i]
#endif
// For each row `per_row` results: the rounded similarity in Q30, and the index.
layout(std430, binding = 1) buffer Results { uvec2 results[]; };

layout(local_size_x_id = 0) in; // a power of two, more than `wanted`

layout(push_constant) uniform Push { select_push push; };

layout(constant_id = 1) const uint CAPACITY = 1024u; // at least the invocations
shared uvec2 list[CAPACITY]; // x: high word
shared uint count;

bool less(uvec2 a, uvec2 b)
{
	return a.x < b.x || (a.x == b.x && a.y < b.y);
}

// As a conversion to float rounds: to 24 significant bits, ties to even.
int round_to_float(int q)
{
	uint magnitude = uint(abs(q));
	int shift = findMSB(magnitude) - 23;
	if (shift <= 0)
		return q;
	uint half_unit = (1u << (shift - 1)) - 1u + ((magnitude >> shift) & 1u);
	int rounded = int(((magnitude + half_unit) >> shift) << shift);
	return q < 0 ? -rounded : rounded;
}

uvec2 key_of(int q, uint item)
{
	return uvec2(uint(round_to_float(q)) ^ 0x80000000u, ~item);
}

// Rounding moves a similarity by less than this.
const int ROUNDING = 64;
const int NONE = int(0x80000000);

// Whether an item counts at all: it exists, is not the row itself, was not found before.
bool eligible(uvec2 key, uint item, uint row, uvec2 before)
{
	return item < push.items && item != row && less(key, before);
}

// The row, its first quadruple in `matrix`, and the key of the item found last.
struct Search
{
	uint row;
	uint from;
	uvec2 before;
};

bool reaches(Search search, int q, uint item, uvec2 threshold)
{
	uvec2 key = key_of(q, item);
	return !less(key, threshold) && eligible(key, item, search.row, search.before);
}

// Lists an item that counts and reaches the threshold, while there is room.
void consider(Search search, int q, uint item, uvec2 threshold)
{
	if (reaches(search, q, item, threshold)) {
		uint at = atomicAdd(count, 1u);
		if (at < CAPACITY)
			list[at] = key_of(q, item);
	}
}

void start_counting()
{
	barrier();
	if (gl_LocalInvocationID.x == 0u)
		count = 0u;
	barrier();
}

uint counted()
{
	barrier();
	uint all = count;
	barrier();
	return all;
}

// Lists the items that reach the threshold and returns how many there are. Invocations of a
// subgroup that list nothing wait for those that do, so that there may be as many more iterations
// as a subgroup has invocations.
uint list_from(Search search, uvec2 threshold)
{
	start_counting();
	int least = max(int(threshold.x ^ 0x80000000u), NONE + ROUNDING) - ROUNDING;
	for (uint quad = gl_LocalInvocationID.x; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
		ivec4 q = LOAD(search.from + quad);
		// A loop instead of a condition: CPU drivers end a loop that no invocation is left
		// in, but execute the body of a condition that holds for none.
		while (!any(greaterThanEqual(q, ivec4(least)))) {
			quad += gl_WorkGroupSize.x;
			if (quad >= push.row_quads)
				break;
			q = LOAD(search.from + quad);
		}
		if (quad >= push.row_quads)
			break;
		consider(search, q.x, quad * 4u, threshold);
		consider(search, q.y, quad * 4u + 1u, threshold);
		consider(search, q.z, quad * 4u + 2u, threshold);
		consider(search, q.w, quad * 4u + 3u, threshold);
	}
	return counted();
}

// How many items reach the threshold, in one iteration for each quadruple.
uint count_from(Search search, uvec2 threshold)
{
	start_counting();
	uint own = 0u;
	for (uint quad = gl_LocalInvocationID.x; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
		ivec4 q = LOAD(search.from + quad);
		own += uint(reaches(search, q.x, quad * 4u, threshold));
		own += uint(reaches(search, q.y, quad * 4u + 1u, threshold));
		own += uint(reaches(search, q.z, quad * 4u + 2u, threshold));
		own += uint(reaches(search, q.w, quad * 4u + 3u, threshold));
	}
	atomicAdd(count, own);
	return counted();
}

// The first `size` elements, a power of two, largest first.
void sort(uint size)
{
	uint lane = gl_LocalInvocationID.x;
	for (uint block = 2u; block <= size; block *= 2u) {
		for (uint apart = block / 2u; apart > 0u; apart /= 2u) {
			barrier();
			for (uint pair = lane; pair < size / 2u; pair += gl_WorkGroupSize.x) {
				uint i = (pair / apart) * apart * 2u + pair % apart;
				uvec2 a = list[i];
				uvec2 b = list[i + apart];
				if (less(a, b) == ((i & block) == 0u)) {
					list[i] = b;
					list[i + apart] = a;
				}
			}
		}
	}
	barrier();
}

uvec2 middle(uvec2 low, uvec2 high)
{
	uint carry;
	uint y = uaddCarry(low.y, high.y, carry);
	uint x_carry;
	uint x = uaddCarry(low.x, high.x, x_carry);
	uint more;
	x = uaddCarry(x, carry, more);
	return uvec2((x >> 1) | ((x_carry + more) << 31), (y >> 1) | (x << 31));
}

void main()
{
	uint lane = gl_LocalInvocationID.x;
	uint row = push.first_row + gl_WorkGroupID.x;
	uint from = (row - push.first_row_held) * push.row_quads;
	uint to = (row - push.first_row) * push.per_row;
	uvec2 before = uvec2(0xffffffffu);
	if (push.done > 0u) {
		uvec2 last = results[to + push.done - 1u];
		before = uvec2(last.x ^ 0x80000000u, ~last.y);
	}

	// What is below this was certainly not found before.
	int most = push.done > 0u ? int(before.x ^ 0x80000000u) - ROUNDING : 0x7fffffff;
	int best = NONE;
	for (uint quad = lane; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
		ivec4 q = LOAD(from + quad);
		uvec4 item = uvec4(quad * 4u) + uvec4(0u, 1u, 2u, 3u);
		q = mix(q, ivec4(NONE), greaterThanEqual(item, uvec4(push.items)));
		q = mix(q, ivec4(NONE), equal(item, uvec4(row)));
		q = mix(q, ivec4(NONE), greaterThanEqual(q, ivec4(most)));
		best = max(best, max(max(q.x, q.y), max(q.z, q.w)));
	}
	list[lane] = uvec2(best == NONE ? 0u : key_of(best, 0u).x, 0u);
	sort(gl_WorkGroupSize.x);

	// At least `wanted` items reach `low`, fewer reach `high`.
	uvec2 low = uvec2(0u);
	uvec2 high = before;
	uvec2 threshold = list[push.wanted - 1u];
	Search search = Search(row, from, before);
	uint listed = list_from(search, threshold);
	if (listed < push.wanted || listed > CAPACITY) {
		do {
			if (listed > CAPACITY)
				low = threshold;
			else
				high = threshold;
			threshold = middle(low, high);
			listed = count_from(search, threshold);
		} while (listed < push.wanted || listed > CAPACITY);
		list_from(search, threshold);
	}

	uint size = 2u;
	while (size < listed)
		size *= 2u;
	for (uint i = listed + lane; i < size; i += gl_WorkGroupSize.x)
		list[i] = uvec2(0u);
	sort(size);
	for (uint i = lane; i < push.wanted; i += gl_WorkGroupSize.x)
		results[to + push.done + i] = uvec2(list[i].x ^ 0x80000000u, ~list[i].y);
}
