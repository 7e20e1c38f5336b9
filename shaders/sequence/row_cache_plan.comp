// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Plans the next step of all walks, where rows of the Gram matrix are computed on demand. Looks up
// the row of the item that each walk chose last. Lists each missing row once, with the place it
// gets: a free one, or that of the least recently used row. Where more rows are missing than this
// submission may still compute, as many as it may are computed and no walk takes the step. Runs as
// one workgroup.

#include "common/exact.glsl"

layout(local_size_x_id = 0) in;

#include "interface/row_cache.h"
#include "common/reduce.glsl"

layout(std430, binding = 0) buffer State { uvec4 state[]; };
layout(std430, binding = 1) coherent buffer Lru { uint lru[]; };
layout(std430, binding = 2) coherent buffer Work { uint work[]; };

layout(push_constant) uniform Push { row_cache_plan_push push; };

#include "sequence/walk_state.glsl"

// In LRU_PLACE_OF: the row is missing, and an invocation has listed it.
#define LISTED 0xffffffffu

shared uint num_missing;
shared bool unfinished;

uint own_walk(uint i)
{
	return push.listed == 0u ? i : state[push.state.list + i / 4u][i % 4u];
}

// The item whose row the walk adds next; WALK_NO_DECISION where it stands still.
uint next_item(uint walk)
{
	uint added = rows_added(walk);
	return stands(walk) ? decision_of(walk, added) : order_element(walk, added);
}

bool is_finished(uint walk)
{
	return rows_added(walk) + 1u >= push.order_length && !stands(walk);
}

// Makes writes to the buffers visible to the whole workgroup.
void synchronize()
{
	memoryBarrierBuffer();
	barrier();
}

// All invocations have to call this. Rows that this step uses have an age of 0 and stay; there are
// at least as many places as walks.
uint least_recently_used(uint now)
{
	uint oldest = 0u;
	uint place = 0xffffffffu;
	for (uint i = gl_LocalInvocationID.x; i < push.rows_kept; i += gl_WorkGroupSize.x) {
		uint age = now - lru[LRU_USED_AT(push.padded, push.rows_kept, i)];
		if (age > oldest) {
			oldest = age;
			place = i;
		}
	}
	return lowest_of_workgroup(i64_from_parts(~oldest, 0u), place, NO_SCORE).z;
}

// Gives the item's row a place, and lists it.
void add_row(uint item, uint place, uint now)
{
	lru[LRU_ITEM_AT(push.padded, place)] = item;
	lru[LRU_USED_AT(push.padded, push.rows_kept, place)] = now;
	lru[LRU_PLACE_OF(item)] = place + 1u;
	uint segment = place / push.rows_per_segment;
	uint at = work[WORK_COUNT(segment)]++;
	work[WORK_LIST(segment, push.max_rows) + at * 2u] = item;
	work[WORK_LIST(segment, push.max_rows) + at * 2u + 1u] = place % push.rows_per_segment;
}

// How many times many_rows of a segment's missing rows are computed by the kernel for many rows;
// the kernel for four rows computes the rest.
uint times_many_rows(uint rows)
{
	if (push.many_rows_least > push.many_rows)
		return 0u;
	return (rows + push.many_rows - push.many_rows_least) / push.many_rows;
}

void dispatch(uint at, uint x, uint y)
{
	work[at] = x;
	work[at + 1u] = y;
	work[at + 2u] = 1u;
}

void main()
{
	uint lane = gl_LocalInvocationID.x;
	uint now = lru[LRU_CLOCK];
	uint taken = lru[LRU_TAKEN];
	if (lane == 0u) {
		num_missing = 0u;
		unfinished = false;
		for (uint segment = 0u; segment < push.num_segments; segment++)
			work[WORK_COUNT(segment)] = 0u;
	}
	synchronize();
	for (uint i = lane; i < push.num_walks; i += gl_WorkGroupSize.x) {
		uint walk = own_walk(i);
		uint item = next_item(walk);
		if (is_finished(walk) || item == WALK_NO_DECISION)
			continue;
		unfinished = true;
		uint before = atomicCompSwap(lru[LRU_PLACE_OF(item)], 0u, LISTED);
		if (before == 0u)
			work[WORK_MISSING(push.max_rows) + atomicAdd(num_missing, 1u)] = item;
		else if (before != LISTED)
			lru[LRU_USED_AT(push.padded, push.rows_kept, before - 1u)] = now;
	}
	synchronize();
	uint count = min(num_missing, work[WORK_BUDGET]);
	bool enough = count == num_missing;
	for (uint i = count + lane; i < num_missing; i += gl_WorkGroupSize.x)
		lru[LRU_PLACE_OF(work[WORK_MISSING(push.max_rows) + i])] = 0u;
	for (uint i = 0u; i < count; i++) {
		uint place = taken + i;
		if (place >= push.rows_kept) {
			place = least_recently_used(now);
			if (lane == 0u)
				lru[LRU_PLACE_OF(lru[LRU_ITEM_AT(push.padded, place)])] = 0u;
		}
		if (lane == 0u)
			add_row(work[WORK_MISSING(push.max_rows) + i], place, now);
		synchronize();
	}
	for (uint i = lane; enough && i < push.num_walks; i += gl_WorkGroupSize.x) {
		uint walk = own_walk(i);
		uint item = next_item(walk);
		if (!is_finished(walk) && item != WALK_NO_DECISION)
			state[head_of(walk) + WALK_STATUS].y = lru[LRU_PLACE_OF(item)] - 1u;
	}
	if (lane == 0u) {
		bool step = unfinished && enough;
		lru[LRU_CLOCK] = step ? now + 1u : now;
		lru[LRU_TAKEN] = min(taken + count, push.rows_kept);
		work[WORK_BUDGET] -= count;
		work[WORK_MANY_ROWS] = push.many_rows;
		dispatch(WORK_WALKS, step ? push.num_walks : 0u, 1u);
		for (uint segment = 0u; segment < push.num_segments; segment++) {
			uint rows = work[WORK_COUNT(segment)];
			uint many = times_many_rows(rows);
			uint rest = rows - min(rows, many * push.many_rows);
			dispatch(WORK_MANY(segment), push.many_row_groups, many);
			dispatch(WORK_FOUR(segment), push.four_row_groups, (rest + 3u) / 4u);
		}
	}
}
