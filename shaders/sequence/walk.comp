// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Some steps of every walk: adds the row of the item chosen last to the scores, and chooses the
// item with the lowest. One workgroup is one walk.
//
// Scores have a bounded error. A step is near where the bound does not tell the lowest score from
// another. If all of its contenders have equal rows, the lowest item is chosen; else integers of
// 8 bits decide where the rows consist of these; else the walk lists the contenders and stands
// still until the host has decided (docs/exactness.md).
//
// With REGISTERS the scores stay in registers from the first step to the last. An invocation holds
// PIECES quadruples of them, in named variables, since an array would go to memory. Without, they
// stay in the state buffer: for more items than the registers of a workgroup hold.

#include "common/exact.glsl"
#include "interface/set_hash.h"
#include "interface/walk.h"

layout(local_size_x_id = 0) in;
// Weight times cosine is shifted down by this much, 24 or 31, so that a sum over all rows stays
// below 2^61.
layout(constant_id = 1) const uint SHIFT = 24;
// Weights have exponents of their own. The scores have that of the largest so far.
layout(constant_id = 3) const bool WIDE = false;

#if REGISTERS
// The low bits of a score, to which terms add nothing where SHIFT is 24, say which of the
// invocation's scores it is, so that the lowest tells where it was found.
#define INDEX_MASK 127u
#else
#define INDEX_MASK 0u
#endif

layout(std430, binding = 0) buffer State { uvec4 state[]; };

layout(push_constant) uniform Push { walk_push push; };

#include "common/reduce.glsl"
#include "sequence/gram_rows.glsl"
#include "sequence/objectives.glsl"
#include "sequence/walk_state.glsl"
#define ROW_QUADS push.row_quads
#include "sequence/near_step.glsl"

uint own_walk()
{
	uint i = push.first + gl_WorkGroupID.x;
	return push.listed == 0u ? i : state[push.state.list + i / 4u][i % 4u];
}

// The number of the row that the walk adds after it has chosen this item.
uint row_of(uint walk, uint chosen)
{
	return push.placed == 0u ? chosen : state[head_of(walk) + WALK_STATUS].y;
}

uvec3 item_hash(uint item)
{
	uint first = set_hash_first(item);
	return uvec3(first, set_hash_second(first), set_hash_third(first));
}

// The scores of four items.
struct Scores
{
	I64 x, y, z, w;
};

// Before any row was added; items that do not exist are never chosen. index: of the first of four
// scores.
I64 first_score(uint item, uint index)
{
	I64 score = item < push.items ? objective_first_score() : CHOSEN_SCORE;
	return i64_or(score, i64_from_parts(index & INDEX_MASK, 0u));
}

Scores first_scores(uint quad, uint index)
{
	return Scores(first_score(quad * 4u, index), first_score(quad * 4u + 1u, index + 1u),
	              first_score(quad * 4u + 2u, index + 2u),
	              first_score(quad * 4u + 3u, index + 3u));
}

Scores load_scores(uint own_scores, uint quad)
{
	uvec4 low = state[own_scores + quad * 2u];
	uvec4 high = state[own_scores + quad * 2u + 1u];
	return Scores(i64_from_parts(low.x, high.x), i64_from_parts(low.y, high.y),
	              i64_from_parts(low.z, high.z), i64_from_parts(low.w, high.w));
}

void store_scores(uint own_scores, uint quad, Scores s)
{
	state[own_scores + quad * 2u] = uvec4(i64_low(s.x), i64_low(s.y), i64_low(s.z), i64_low(s.w));
	state[own_scores + quad * 2u + 1u] =
		uvec4(i64_high(s.x), i64_high(s.y), i64_high(s.z), i64_high(s.w));
}

// The row that is added, and the lowest scores that this invocation has found.
struct Step
{
	uint chosen;  // the row's item
	uint weight;  // twice that of the item, in the unit of the scores
	uint down;    // the shift of the scores before the term is added
	uint segment; // where the row lies,
	uint row;     // from this quadruple on
	I64 lowest, second;
	uint lowest_item;
};

// What a walk knows about the error of its scores.
struct Bound
{
	I64 bound; // of a difference of two
	int exponent;
};

int exponent_of(uint item)
{
	return int(state[push.row_quads * 2u + item / 4u][item % 4u]);
}

Step begin_step(uint walk, uint chosen, inout Bound b)
{
	uint index = row_of(walk, chosen);
#if SEGMENTS > 1
	uint segment = index / push.rows_per_segment;
	uint row = (index % push.rows_per_segment) * push.row_quads;
#else
	uint segment = 0u;
	uint row = index * push.row_quads;
#endif
	uint weight = uint(weight_of(chosen));
	uint less = 0u;
	uint down = 0u;
	if (WIDE) {
		int exponent = exponent_of(chosen);
		if (exponent > b.exponent) {
			down = uint(min(exponent - b.exponent, 62));
			// Rounded up. push.error.per_row covers the rounding of the scores.
			b.bound = i64_add(i64_shift_down(b.bound, down), i64_from_parts(2u, 0u));
			b.exponent = exponent;
		}
		less = uint(min(b.exponent - exponent, 31));
	}
	uint grown = (((weight >> SHIFT) + 1u) * push.error.per_weight) >> less;
	b.bound = i64_add(b.bound, i64_from_parts(grown + push.error.per_row, 0u));
	return Step(chosen, (weight << 1) >> less, down, segment, row, NO_SCORE, NO_SCORE, 0xffffffffu);
}

I64 scaled_down(I64 score, uint down)
{
	I64 index = i64_from_parts(INDEX_MASK, 0u);
	I64 scaled = i64_shift_down(score, down);
	scaled = i64_or(i64_and(scaled, i64_from_parts(~INDEX_MASK, 0xffffffffu)),
	                i64_and(score, index));
	return i64_less(score, CHOSEN_SCORE) ? scaled : score;
}

// chosen: CHOSEN_SCORE for the item of the row, 0 for others.
I64 added_to(I64 score, int cosine, I64 chosen, Step s)
{
	if (WIDE)
		score = scaled_down(score, s.down);
	return i64_or(objective_update(score, cosine, s.weight), chosen);
}

I64 mark(uint item, uint chosen)
{
	return item == chosen ? CHOSEN_SCORE : I64_ZERO;
}

// Adds four cosines, and finds the lowest two scores as in a tournament, since a chain of minima
// would have to wait for each of them.
void add_cosines(inout Scores scores, ivec4 cosines, uint quad, inout Step s)
{
	uint item = quad * 4u;
	scores.x = added_to(scores.x, cosines.x, mark(item, s.chosen), s);
	scores.y = added_to(scores.y, cosines.y, mark(item + 1u, s.chosen), s);
	scores.z = added_to(scores.z, cosines.z, mark(item + 2u, s.chosen), s);
	scores.w = added_to(scores.w, cosines.w, mark(item + 3u, s.chosen), s);
	bool x_wins = i64_less(scores.x, scores.y);
	I64 low0 = x_wins ? scores.x : scores.y, high0 = x_wins ? scores.y : scores.x;
	bool z_wins = i64_less(scores.z, scores.w);
	I64 low1 = z_wins ? scores.z : scores.w, high1 = z_wins ? scores.w : scores.z;
	bool wins = i64_less(low0, low1);
	I64 low = wins ? low0 : low1;
	// The second-lowest has lost to the lowest only.
	I64 second = i64_min(wins ? high0 : high1, wins ? low1 : low0);
	bool leads = i64_less(low, s.lowest);
#if !REGISTERS
	if (leads) {
		s.lowest_item = item + 3u;
		s.lowest_item = low == scores.z ? item + 2u : s.lowest_item;
		s.lowest_item = low == scores.y ? item + 1u : s.lowest_item;
		s.lowest_item = low == scores.x ? item : s.lowest_item;
	}
#endif
	s.second = i64_min(leads ? second : s.second, leads ? s.lowest : low);
	s.lowest = leads ? low : s.lowest;
}

// One bit for each of four scores that is not above `limit`.
uint near_bits(Scores scores, I64 limit)
{
	return (i64_less(limit, scores.x) ? 0u : 1u) | (i64_less(limit, scores.y) ? 0u : 2u) |
	       (i64_less(limit, scores.z) ? 0u : 4u) | (i64_less(limit, scores.w) ? 0u : 8u);
}

#if REGISTERS
layout(constant_id = 4) const uint PIECES = 1;

// WALK_MAX_QUADS times
#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) \
	X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) \
	X(28) X(29) X(30) X(31)

#define QUAD(p) (gl_LocalInvocationID.x + uint(p) * gl_WorkGroupSize.x)
#define HELD(p) (uint(p) < PIECES && QUAD(p) < push.row_quads)

#define START(p) Scores scores##p = first_scores(QUAD(p), uint(p) * 4u);
#define LOAD(p) if (HELD(p)) scores##p = load_scores(own_scores, QUAD(p));
// Quadruples past the row's end read its last one; their items do not exist.
#define ADD(p) \
	if (uint(p) < PIECES) { \
		ivec4 cosines = gram_quad(s.segment, s.row + min(QUAD(p), push.row_quads - 1u)); \
		add_cosines(scores##p, cosines, QUAD(p), s); \
	}
#define LOOK(p) if (uint(p) < PIECES) near[p / 8] |= near_bits(scores##p, limit) << (p % 8 * 4);
#define STORE(p) if (HELD(p)) store_scores(own_scores, QUAD(p), scores##p);
#else
void add_row(uint own_scores, bool first, inout Step s)
{
	for (uint quad = gl_LocalInvocationID.x; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
		Scores scores;
		if (first)
			scores = first_scores(quad, 0u);
		else
			scores = load_scores(own_scores, quad);
		add_cosines(scores, gram_quad(s.segment, s.row + quad), quad, s);
		store_scores(own_scores, quad, scores);
	}
}
#endif

#if REGISTERS
// near: near_bits() of the invocation's quadruples, in their order.
void list_contenders(uint walk, uvec4 near, uint own_class)
{
	for (uint word = 0u; word < 4u; word++) {
		for (uint bits = near[word]; bits != 0u; bits &= bits - 1u) {
			uint index = word * 32u + uint(findLSB(bits));
			add_contender(walk, QUAD(index / 4u) * 4u + index % 4u, own_class);
		}
	}
}
#else
void list_contenders(uint walk, uint own_scores, I64 limit, uint own_class)
{
	for (uint quad = gl_LocalInvocationID.x; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
		uint bits = near_bits(load_scores(own_scores, quad), limit);
		for (; bits != 0u; bits &= bits - 1u)
			add_contender(walk, quad * 4u + uint(findLSB(bits)), own_class);
	}
}
#endif

// Appends an item to the walk's order. Only the first invocation keeps the hash.
void take(uint walk, uint added, uint item, inout uvec3 hash)
{
	if (gl_LocalInvocationID.x != 0u)
		return;
	hash += item_hash(item);
	shared_state[order_begin(walk) + added / 4u][added % 4u] = item;
	if (added % push.checkpoint == 0u)
		state[head_of(walk) + WALK_CHECKPOINT] = uvec4(added, hash);
}

// The item that a walk goes on with: the one decided, where it stands; else the last of its order.
// WALK_NO_DECISION: it stands still.
uint begin_walk(uint walk, uint added, inout uvec3 hash)
{
	if (!stands(walk)) {
		uint chosen = order_element(walk, added);
		if (added == 0u)
			hash = item_hash(chosen);
		return chosen;
	}
	uint decided = decision_of(walk, added);
	if (decided == WALK_NO_DECISION)
		return decided;
	take(walk, added, decided, hash);
	return decided;
}

void main()
{
	uint lane = gl_LocalInvocationID.x;
	uint walk = own_walk();
	uint head = head_of(walk);
	uint own_scores = push.state.scores + walk * push.row_quads * 2u;
	uint added = rows_added(walk);
	uvec3 hash = state[head + WALK_COUNTERS].yzw;
	uvec4 packed = state[head + WALK_BOUND];
	Bound b = Bound(i64_from_parts(packed.x, packed.y), int(packed.z));
	uint last = min(added + push.steps, push.order_length - 1u);
	uint summed = state[head + WALK_STATUS].z;
	uint spent = 0u;
	uint chosen = begin_walk(walk, added, hash);
	if (chosen == WALK_NO_DECISION || (added >= last && !stands(walk)))
		return;

#if REGISTERS
	EACH(START)
	if (added > 0u) {
		EACH(LOAD)
	}
#endif
	barrier();
	bool standing = false;
	// A loop, not a condition, around what a near step takes: CPU drivers execute the body of a
	// condition that does not hold, with no effect.
	while (added < last && !standing) {
		bool is_near = false;
		uvec4 lowest = NOTHING_FOUND;
		while (added < last && !is_near) {
			Step s = begin_step(walk, chosen, b);
#if REGISTERS
			EACH(ADD)
			uint index = i64_low(s.lowest) & INDEX_MASK;
			s.lowest_item = QUAD(index / 4u) * 4u + index % 4u;
#else
			add_row(own_scores, added == 0u, s);
#endif
			lowest = lowest_of_workgroup(s.lowest, s.lowest_item, s.second);
			added++;
			if (added < push.prefix_length) {
				chosen = order_element(walk, added);
			} else {
				chosen = lowest.z;
				is_near = is_close(lowest, b.bound);
			}
			if (!is_near)
				take(walk, added, chosen, hash);
		}
		if (is_near) {
			uint own_class = class_of(chosen);
			I64 limit = i64_add(score_of(lowest), b.bound);
			clear_contenders(walk);
#if REGISTERS
			uvec4 near = uvec4(0u);
			EACH(LOOK)
			list_contenders(walk, near, own_class);
#else
			list_contenders(walk, own_scores, limit, own_class);
#endif
			barrier();
			chosen = lowest_contender;
			standing = contenders_differ;
			while (INTEGERS && standing) {
				chosen = integer_choice(walk, added, summed, spent);
				standing = false;
				last = spent > push.choice_iterations ? added : last;
			}
			if (!standing)
				take(walk, added, chosen, hash);
			barrier();
		}
	}
#if REGISTERS
	EACH(STORE)
#endif
	if (INTEGERS && added - summed >= WALK_SUM_LAG)
		add_to_sum(walk, added, summed);
	if (lane == 0u) {
		state[head + WALK_COUNTERS] = uvec4(added, hash);
		state[head + WALK_STATUS].x = standing ? 1u : 0u;
		state[head + WALK_STATUS].z = summed;
		state[head + WALK_BOUND] = uvec4(i64_low(b.bound), i64_high(b.bound), uint(b.exponent), 0u);
	}
}
