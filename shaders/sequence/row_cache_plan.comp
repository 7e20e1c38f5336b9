// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// Before a step of all walks without a matrix: finds the row of each walk's last chosen item
// among the rows that are kept, and lists the items whose rows are to be computed, each once,
// with the places they get, those of the rows that were used least recently. When a step needs
// more rows than this submission may still compute, it computes what it may, and the walks
// stand still. One workgroup.

#include "common/exact.glsl"

layout(local_size_x_id = 0) in;

#include "sequence/row_cache.glsl"
#include "common/reduce.glsl"

layout(std430, binding = 0) buffer State { uvec4 state[]; };
layout(std430, binding = 1) coherent buffer Ledger { uint ledger[]; };
layout(std430, binding = 2) coherent buffer Work { uint work[]; };

layout(push_constant) uniform Push
{
	uint counters;        // quadruples of state before the counters,
	uint orders;          // the orders,
	uint list;            // the list of walks that go on (0: all do),
	uint places;          // and the places of the walks' rows
	uint order_quads;     // quadruples of one order
	uint length;          // elements of an order
	uint num_walks;       // walks that go on
	uint items;           // n, rounded up
	uint rows_kept;       // places there are
	uint rows_per_segment;  // of them, in one segment
	uint num_segments;
	uint max_rows;       // of a segment's list
	uint wanted;          // words of work before the list of items wanted
	uint four_groups;     // workgroups along a row in a dispatch that computes rows by fours,
	uint wide_groups;     // and of the wide kernel
	uint wide_rows;       // rows that it computes at a time,
	uint wide_least;      // and from how many on it is quicker; more than wide_rows: never
};

// The ledger: when the last step was, how many places are taken; for each item its place + 1 or
// 0; for each place its item, and the step that last used it.
#define CLOCK 0u
#define TAKEN 1u
#define PLACE_OF(item) (2u + (item))
#define ITEM_AT(place) (2u + items + (place))
#define USED_AT(place) (2u + items + rows_kept + (place))
// In place of a place: somebody has listed it.
#define CLAIMED 0xffffffffu

shared uint num_wanted;
shared bool going;

uint own_walk(uint i)
{
	return list == 0u ? i : state[list + i / 4u][i % 4u];
}

uint added_by(uint walk)
{
	return state[counters + walk].x;
}

uint last_chosen(uint walk)
{
	uint added = added_by(walk);
	return state[orders + walk * order_quads + added / 4u][added % 4u];
}

// All that was written before is seen by all after.
void meet()
{
	memoryBarrierBuffer();
	barrier();
}

// To be called by all. Whatever this step uses has an age of 0 and stays; there are at least as
// many places as walks.
uint least_recently_used(uint now)
{
	uint oldest = 0u;
	uint place = 0xffffffffu;
	for (uint i = gl_LocalInvocationID.x; i < rows_kept; i += gl_WorkGroupSize.x) {
		uint age = now - ledger[USED_AT(i)];
		if (age > oldest) {
			oldest = age;
			place = i;
		}
	}
	return lowest_of_workgroup(i64_from_parts(~oldest, 0u), place).z;
}

void put(uint item, uint place, uint now)
{
	ledger[ITEM_AT(place)] = item;
	ledger[USED_AT(place)] = now;
	ledger[PLACE_OF(item)] = place + 1u;
	uint segment = place / rows_per_segment;
	uint at = work[SEGMENT_COUNT(segment)]++;
	work[SEGMENT_LIST(segment, max_rows) + at * 2u] = item;
	work[SEGMENT_LIST(segment, max_rows) + at * 2u + 1u] = place % rows_per_segment;
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
	uint now = ledger[CLOCK];
	uint taken = ledger[TAKEN];
	if (lane == 0u) {
		num_wanted = 0u;
		going = false;
		for (uint segment = 0u; segment < num_segments; segment++)
			work[SEGMENT_COUNT(segment)] = 0u;
	}
	meet();
	for (uint i = lane; i < num_walks; i += gl_WorkGroupSize.x) {
		uint walk = own_walk(i);
		if (added_by(walk) + 1u >= length)
			continue;
		going = true;
		uint item = last_chosen(walk);
		uint before = atomicCompSwap(ledger[PLACE_OF(item)], 0u, CLAIMED);
		if (before == 0u)
			work[wanted + atomicAdd(num_wanted, 1u)] = item;
		else if (before != CLAIMED)
			ledger[USED_AT(before - 1u)] = now;
	}
	meet();
	uint count = min(num_wanted, work[BUDGET]);
	bool enough = count == num_wanted;
	for (uint i = count + lane; i < num_wanted; i += gl_WorkGroupSize.x)
		ledger[PLACE_OF(work[wanted + i])] = 0u;
	for (uint i = 0u; i < count; i++) {
		uint place = taken + i;
		if (place >= rows_kept) {
			place = least_recently_used(now);
			if (lane == 0u)
				ledger[PLACE_OF(ledger[ITEM_AT(place)])] = 0u;
		}
		if (lane == 0u)
			put(work[wanted + i], place, now);
		meet();
	}
	for (uint i = lane; enough && i < num_walks; i += gl_WorkGroupSize.x) {
		uint walk = own_walk(i);
		if (added_by(walk) + 1u < length)
			state[places + walk / 4u][walk % 4u] = ledger[PLACE_OF(last_chosen(walk))] - 1u;
	}
	if (lane == 0u) {
		bool step = going && enough;
		ledger[CLOCK] = step ? now + 1u : now;
		ledger[TAKEN] = min(taken + count, rows_kept);
		work[BUDGET] -= count;
		work[STEPS] += step ? 1u : 0u;
		work[WIDE_ROWS] = wide_rows;
		dispatch(WALKS, step ? num_walks : 0u, 1u);
		for (uint segment = 0u; segment < num_segments; segment++) {
			uint rows = work[SEGMENT_COUNT(segment)];
			uint wide = (rows + wide_rows - min(wide_least, wide_rows)) / wide_rows;
			if (wide_least > wide_rows)
				wide = 0u;
			uint rest = rows - min(rows, wide * wide_rows);
			dispatch(SEGMENT_WIDE(segment), wide_groups, wide);
			dispatch(SEGMENT_FOURS(segment), four_groups, (rest + 3u) / 4u);
		}
	}
}
