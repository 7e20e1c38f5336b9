// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Chooses the contender with the lowest exact score as the next element of each order. Where
// some scores are not exact yet, the walk waits for the next step. A step may be near, as in
// walk.comp. One workgroup is one walk.

#include "sequence/bounded.glsl"
#include "common/reduce.glsl"

layout(std430, binding = 0) buffer State { uvec4 state[]; };
layout(std430, binding = 1) buffer Centroid { uvec4 center[]; };
layout(std430, binding = 2) buffer Work { uint work[]; };

#include "sequence/walk_state.glsl"
#define ROW_QUADS (push.padded / 4u)
#include "sequence/near_step.glsl"

shared bool behind;

// The item that was chosen for the step, or one of these:
#define WAIT WALK_NO_DECISION // for scores to become exact, or for a decision
#define STAND 0xfffffffeu     // from now on

I64 exact_score(uint exact)
{
	return i64_from_parts(work[exact], work[exact + 1u]);
}

// Where the exact score of contender i is, in words.
uint exact_of(uint own_work, uint i)
{
	return own_work + CONTENDERS_EXACT(push.padded) + work[own_work + CONTENDERS_ITEMS + i] * 4u;
}

// Lists the contenders whose score is not above `limit`. Returns the lowest of them if their rows
// are equal to that of `item`; else the one that integers decide for, or STAND.
uint resolve_near_step(uint walk, uint own_work, uint count, I64 limit, uint item, uint added,
                       inout uint summed)
{
	uint own_class = class_of(item);
	clear_contenders(walk);
	for (uint i = gl_LocalInvocationID.x; i < count; i += GROUP)
		if (!i64_less(limit, exact_score(exact_of(own_work, i))))
			add_contender(walk, work[own_work + CONTENDERS_ITEMS + i], own_class);
	barrier();
	uint chosen = contenders_differ ? STAND : lowest_contender;
	uint spent = 0u;
	// A loop for the sake of CPU drivers, as in walk.comp.
	while (INTEGERS && chosen == STAND)
		chosen = integer_choice(walk, added, summed, spent);
	return chosen;
}

uint choose(uint walk, uint own_work, uint added, inout uint summed)
{
	uint lane = gl_LocalInvocationID.x;
	uint count = work[own_work + CONTENDERS_COUNT];
	I64 best = NO_SCORE;
	I64 second = NO_SCORE;
	uint best_item = 0xffffffffu;
	for (uint group = lane; group < push.resolve_groups; group += GROUP) {
		uint left = push.resolve_rounds;
		for (uint i = group; i < count; i += push.resolve_groups) {
			uint item = work[own_work + CONTENDERS_ITEMS + i];
			uint exact = exact_of(own_work, i);
			I64 score = exact_score(exact);
			if (i64_less(score, best) || (score == best && item < best_item)) {
				second = best;
				best = score;
				best_item = item;
			} else if (i64_less(score, second)) {
				second = score;
			}
			// A single contender is chosen without its exact score.
			if (count > 1u) {
				uint terms = work[exact + 2u];
				terms += next_terms(count, added - terms, left);
				work[exact + 2u] = terms;
				if (terms < added)
					behind = true;
			}
		}
	}
	barrier();
	uvec4 lowest = lowest_of_workgroup(best, best_item, second);
	if (behind)
		return WAIT;
	uvec4 bound = state[head_of(walk) + WALK_BOUND];
	I64 margin = i64_from_parts(bound.x, bound.y);
	if (count < 2u || !is_close(lowest, margin))
		return lowest.z;
	return resolve_near_step(walk, own_work, count, i64_add(score_of(lowest), margin), lowest.z,
	                         added, summed);
}

void main()
{
	uint walk = gl_WorkGroupID.x;
	uint lane = gl_LocalInvocationID.x;
	uint added = rows_added(walk);
	if (added >= push.order_length)
		return;
	// Read before the barrier, because the first invocation to end changes it.
	bool standing = stands(walk);
	uint summed = state[head_of(walk) + WALK_STATUS].z;
	uint own_work = work_begin(walk);
	if (lane == 0u)
		behind = false;
	barrier();
	if (INTEGERS && added - summed >= WALK_SUM_LAG)
		add_to_sum(walk, added, summed);
	uint chosen;
	if (standing)
		chosen = decision_of(walk, added);
	else if (added < push.prefix_length)
		chosen = order_element(walk, added);
	else
		chosen = choose(walk, own_work, added, summed);
	if (lane != 0u)
		return;
	work[own_work + CONTENDERS_COUNT] = 0u;
	state[head_of(walk) + WALK_STATUS].z = summed;
	if (chosen == WAIT)
		return;
	state[head_of(walk) + WALK_STATUS].x = chosen == STAND ? 1u : 0u;
	if (chosen == STAND)
		return;
	state[order_begin(walk) + added / 4u][added % 4u] = chosen;
	if (added + 1u == push.order_length)
		state[head_of(walk) + WALK_COUNTERS].x = push.order_length;
	else
		center[centroid_begin(walk) + CENTROID_HEAD].y = 1u;
}
