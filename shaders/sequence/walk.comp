// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Some steps of every walk: adds the row of the item chosen last to the scores, and chooses the
// item with the lowest. One workgroup is one walk.
//
// With REGISTERS the scores stay in registers from the first step to the last. An invocation holds
// PIECES quadruples of them, in named variables, since an array would go to memory. Without, they
// stay in the state buffer: for more items than the registers of a workgroup hold.

#include "common/exact.glsl"
#include "interface/set_hash.h"
#include "interface/walk.h"

layout(local_size_x_id = 0) in; // a power of two
// Weight times cosine is shifted down by this much, so that a sum over all rows stays
// below 2^61.
layout(constant_id = 1) const int SHIFT = 19;

layout(std430, binding = 0) buffer State { uvec4 state[]; };

layout(push_constant) uniform Push { walk_push push; };

#include "common/reduce.glsl"
#include "sequence/gram_rows.glsl"
#include "sequence/objectives.glsl"
#include "sequence/walk_state.glsl"

// Above CHOSEN_SCORE: no item at all.
#define NO_SCORE i64_from_parts(0xffffffffu, 0x7fffffffu)

uint own_walk()
{
	uint i = push.first + gl_WorkGroupID.x;
	return push.listed == 0u ? i : state[push.state.list + i / 4u][i % 4u];
}

// The number of the row that the walk adds after it has chosen this item.
uint row_of(uint walk, uint chosen)
{
	return push.placed == 0u ? chosen : state[push.state.places + walk / 4u][walk % 4u];
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

// Before any row was added; items that do not exist are never chosen.
Scores first_scores(uint quad)
{
	bvec4 exists = lessThan(quad * 4u + uvec4(0u, 1u, 2u, 3u), uvec4(push.items));
	I64 first = objective_first_score();
	return Scores(exists.x ? first : CHOSEN_SCORE, exists.y ? first : CHOSEN_SCORE,
	              exists.z ? first : CHOSEN_SCORE, exists.w ? first : CHOSEN_SCORE);
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

// The row that is added, and the lowest score that this invocation has found.
struct Step
{
	uint chosen;  // the row's item
	int weight;   // of that
	uint segment; // where the row lies,
	uint row;     // from this quadruple on
	I64 lowest;
	uint lowest_item;
};

Step begin_step(uint walk, uint chosen)
{
	uint index = row_of(walk, chosen);
	uint segment = index / push.rows_per_segment;
	uint row = (index % push.rows_per_segment) * push.row_quads;
	return Step(chosen, weight_of(chosen), segment, row, NO_SCORE, 0u);
}

void add_cosine(inout I64 score, int cosine, uint item, inout Step s)
{
	score = objective_update(score, cosine, s.weight);
	if (item == s.chosen)
		score = CHOSEN_SCORE;
	if (i64_less(score, s.lowest)) {
		s.lowest = score;
		s.lowest_item = item;
	}
}

void add_cosines(inout Scores scores, ivec4 cosines, uint quad, inout Step s)
{
	add_cosine(scores.x, cosines.x, quad * 4u, s);
	add_cosine(scores.y, cosines.y, quad * 4u + 1u, s);
	add_cosine(scores.z, cosines.z, quad * 4u + 2u, s);
	add_cosine(scores.w, cosines.w, quad * 4u + 3u, s);
}

#if REGISTERS
layout(constant_id = 3) const uint PIECES = 1;

// WALK_MAX_QUADS times
#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) \
	X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) \
	X(28) X(29) X(30) X(31)

#define QUAD(p) (gl_LocalInvocationID.x + uint(p) * gl_WorkGroupSize.x)
#define HELD(p) (uint(p) < PIECES && QUAD(p) < push.row_quads)

#define START(p) Scores scores##p = first_scores(QUAD(p));
#define LOAD(p) if (HELD(p)) scores##p = load_scores(own_scores, QUAD(p));
// Quadruples past the row's end read its last one; their items do not exist.
#define ADD(p) \
	if (uint(p) < PIECES) { \
		ivec4 cosines = gram_quad(s.segment, s.row + min(QUAD(p), push.row_quads - 1u)); \
		add_cosines(scores##p, cosines, QUAD(p), s); \
	}
#define STORE(p) if (HELD(p)) store_scores(own_scores, QUAD(p), scores##p);
#else
void add_row(uint own_scores, bool first, inout Step s)
{
	for (uint quad = gl_LocalInvocationID.x; quad < push.row_quads; quad += gl_WorkGroupSize.x) {
		Scores scores;
		if (first)
			scores = first_scores(quad);
		else
			scores = load_scores(own_scores, quad);
		add_cosines(scores, gram_quad(s.segment, s.row + quad), quad, s);
		store_scores(own_scores, quad, scores);
	}
}
#endif

void main()
{
	uint lane = gl_LocalInvocationID.x;
	uint walk = own_walk();
	uint own_scores = push.state.scores + walk * push.row_quads * 2u;
	uint added = rows_added(walk);
	uvec3 hash = state[push.state.counters + walk].yzw;
	uint last = min(added + push.steps, push.order_length - 1u);
	if (added >= last)
		return;

#if REGISTERS
	EACH(START)
	if (added > 0u) {
		EACH(LOAD)
	}
#endif
	uint chosen = order_element(walk, added);
	if (added == 0u)
		hash = item_hash(chosen);
	barrier();
	while (added < last) {
		Step s = begin_step(walk, chosen);
#if REGISTERS
		EACH(ADD)
#else
		add_row(own_scores, added == 0u, s);
#endif
		uint lowest = lowest_of_workgroup(s.lowest, s.lowest_item).z;
		added++;
		if (added < push.prefix_length) {
			chosen = order_element(walk, added);
		} else {
			chosen = lowest;
			if (lane == 0u)
				state[order_begin(walk) + added / 4u][added % 4u] = chosen;
		}
		hash += item_hash(chosen);
	}
#if REGISTERS
	EACH(STORE)
#endif
	if (lane == 0u)
		state[push.state.counters + walk] = uvec4(added, hash);
}
