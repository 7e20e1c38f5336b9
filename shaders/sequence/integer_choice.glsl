// SPDX-License-Identifier: MIT
//
// Which contender of a near step has the lowest score, where all rows are one common factor times
// integers of 8 bits: without rounding, so that the walk need not stand still. docs/exactness.md
// proves that nothing overflows. Include after reduce.glsl and walk_state.glsl.

// The state holds the integers, and near steps are decided here.
layout(constant_id = 5) const bool INTEGERS = false;

// What invocations of a workgroup read of each other's writes: contenders, sums, and new elements
// of orders. A compiler may assume that this and `state` do not overlap, so what a dispatch writes
// through one of them it must not read through the other.
layout(std430, binding = 0) coherent buffer SharedState { uvec4 shared_state[]; };

shared uint num_contenders;

// A score, without the common factor: the dot product of the row with the sum of the chosen ones
// (low word, high word), the square of its length, and its item.
#define NO_CHOICE uvec4(0u, 0u, 0u, 0xffffffffu)

// Makes writes to shared_state visible to the whole workgroup.
void synchronize()
{
	memoryBarrierBuffer();
	barrier();
}

// Where the sum of the walk's rows begins, in quadruples: one for each word of a packed row.
uint sum_begin(uint walk)
{
	return push.state.sums + walk * WALK_SUM_QUADS(push.state.integer_quads, ROW_QUADS);
}

// Where the list of its contenders begins, in quadruples.
uint list_begin(uint walk)
{
	return sum_begin(walk) + 4u * push.state.integer_quads;
}

uint packed_begin(uint item)
{
	return push.state.integers + item * push.state.integer_quads;
}

ivec4 unpacked(uint word)
{
	return ivec4(word << 24, word << 16, word << 8, word) >> 24;
}

void list_contender(uint walk, uint item)
{
	uint at = atomicAdd(num_contenders, 1u);
	shared_state[list_begin(walk) + at / 4u][at % 4u] = item;
}

// Adds the rows of elements summed ... added - 1 to the walk's sum. All invocations have to call
// this. Each has words of its own.
void add_to_sum(uint walk, uint added, inout uint summed)
{
	uint sum = sum_begin(walk);
	uint order = order_begin(walk);
	synchronize();
	for (uint w = gl_LocalInvocationID.x; w < push.state.integer_quads * 4u;
	     w += gl_WorkGroupSize.x) {
		ivec4 total = summed == 0u ? ivec4(0) : ivec4(shared_state[sum + w]);
		for (uint i = summed; i < added; i++) {
			uint item = shared_state[order + i / 4u][i % 4u];
			total += unpacked(state[packed_begin(item) + w / 4u][w % 4u]);
		}
		shared_state[sum + w] = uvec4(total);
	}
	summed = added;
	synchronize();
}

void multiply_add(inout I64 dot, inout uint squares, uint word, uint at)
{
	ivec4 row = unpacked(word);
	ivec4 sum = ivec4(shared_state[at]);
	dot = i64_mul_add(dot, row.x, sum.x);
	dot = i64_mul_add(dot, row.y, sum.y);
	dot = i64_mul_add(dot, row.z, sum.z);
	dot = i64_mul_add(dot, row.w, sum.w);
	squares += uint(row.x * row.x + row.y * row.y + row.z * row.z + row.w * row.w);
}

// The part of contender i's score that member `member` of a team computes.
uvec4 part_of_score(uint walk, uint i, uint member, uint team)
{
	bool exists = i < num_contenders;
	uint listed = exists ? i : 0u;
	uint item = shared_state[list_begin(walk) + listed / 4u][listed % 4u];
	uint packed = packed_begin(item);
	uint sum = sum_begin(walk);
	I64 dot = I64_ZERO;
	uint squares = 0u;
	for (uint quad = member; quad < push.state.integer_quads; quad += team) {
		uvec4 words = state[packed + quad];
		multiply_add(dot, squares, words.x, sum + quad * 4u);
		multiply_add(dot, squares, words.y, sum + quad * 4u + 1u);
		multiply_add(dot, squares, words.z, sum + quad * 4u + 2u);
		multiply_add(dot, squares, words.w, sum + quad * 4u + 3u);
	}
	return exists ? uvec4(i64_low(dot), i64_high(dot), squares, item) : NO_CHOICE;
}

uvec4 joined(uvec4 a, uvec4 b)
{
	I64 dot = i64_add(i64_from_parts(a.x, a.y), i64_from_parts(b.x, b.y));
	return uvec4(i64_low(dot), i64_high(dot), a.z + b.z, a.w);
}

int sign_of(uvec4 score)
{
	return (score.x | score.y) == 0u ? 0 : int(score.y) < 0 ? -1 : 1;
}

// Three words times one.
uvec4 times(uvec3 a, uint b)
{
	uvec3 low, high;
	uvec2 carry;
	uint last;
	umulExtended(a, uvec3(b), high, low);
	uint second = uaddCarry(low.y, high.x, carry.x);
	uint third = uaddCarry(low.z, high.y, carry.y);
	third = uaddCarry(third, carry.x, last);
	return uvec4(low.x, second, third, high.z + carry.y + last);
}

// dot² * factor, where |dot| is below 2^41 and the result below 2^128.
uvec4 square_times(uvec4 score, uint factor)
{
	bool negative = int(score.y) < 0;
	uint low = negative ? ~score.x + 1u : score.x;
	uint high = negative ? ~score.y + (score.x == 0u ? 1u : 0u) : score.y;
	uvec3 product = times(uvec3(low, high, 0u), factor).xyz;
	uvec4 a = times(product, low);
	uvec4 b = times(product, high);
	uvec3 carry;
	uint second = uaddCarry(a.y, b.x, carry.x);
	uint third = uaddCarry(a.z, b.y, carry.y);
	third = uaddCarry(third, carry.x, carry.z);
	return uvec4(a.x, second, third, a.w + b.z + carry.y + carry.z);
}

// Whether the four words of a number, the lowest first, are less than those of another.
bool words_less(uvec4 a, uvec4 b)
{
	if (a.w != b.w)
		return a.w < b.w;
	if (a.z != b.z)
		return a.z < b.z;
	return a.y != b.y ? a.y < b.y : a.x < b.x;
}

// The lower score of two, ties to the lower item: dot / length is compared by its sign, then by
// its square, multiplied by both squares of lengths.
uvec4 lower_choice(uvec4 a, uvec4 b)
{
	int sign_a = sign_of(a);
	int sign_b = sign_of(b);
	uvec4 of_a = square_times(a, b.z);
	uvec4 of_b = square_times(b, a.z);
	bool a_is_lower = words_less(of_a, of_b) == (sign_a > 0);
	if (sign_a == 0 || of_a == of_b)
		a_is_lower = a.w < b.w;
	if (sign_a != sign_b)
		a_is_lower = sign_a < sign_b;
	if (a.w == NO_CHOICE.w || b.w == NO_CHOICE.w)
		a_is_lower = a.w < b.w;
	return a_is_lower ? a : b;
}

// The contender with the lowest score after the walk's first `added` rows, of which its sum has
// `summed`. All invocations have to call this, after they have listed the contenders. spent: the
// iterations of loops in here.
uint integer_choice(uint walk, uint added, inout uint summed, inout uint spent)
{
	uint lane = gl_LocalInvocationID.x;
	add_to_sum(walk, added, summed);
	// As many invocations as possible share a contender.
	uint team = 1u;
	while (team * 2u * num_contenders <= gl_WorkGroupSize.x)
		team *= 2u;
	uint member = lane % team;
	uvec4 best = part_of_score(walk, lane / team, member, team);
	// More contenders than invocations are without teams.
	for (uint first = gl_WorkGroupSize.x; first < num_contenders; first += gl_WorkGroupSize.x)
		best = lower_choice(best, part_of_score(walk, first + lane, 0u, 1u));
	spent += (num_contenders / gl_WorkGroupSize.x + 1u) * (push.state.integer_quads / team + 1u);
	found[lane] = best;
	for (uint half_team = team / 2u; half_team > 0u; half_team /= 2u) {
		barrier();
		if (member < half_team && lane + half_team < gl_WorkGroupSize.x)
			found[lane] = joined(found[lane], found[lane + half_team]);
	}
	// The workgroup's size need not be a power of two.
	uint first_half = 1u << uint(findMSB(max(gl_WorkGroupSize.x, 2u) - 1u));
	for (uint half_size = first_half; half_size >= team; half_size /= 2u) {
		barrier();
		if (lane < half_size && lane + half_size < gl_WorkGroupSize.x && member == 0u)
			found[lane] = lower_choice(found[lane], found[lane + half_size]);
	}
	barrier();
	uint lowest = found[0].w;
	barrier();
	return lowest;
}
