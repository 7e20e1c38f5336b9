// SPDX-License-Identifier: MIT
//
// What both kernels share that compute the rows that row_cache_plan.comp has listed for a segment.

#include "sequence/row_cache.glsl"

layout(std430, binding = 3) readonly buffer Work { uint work[]; };

layout(push_constant) uniform Push
{
	uint a_item;       // the first item in a_rows,
	uint a_items;      // and how many there are
	uint quads;        // quadruples of a row
	uint column;       // the item of b_rows' first row,
	uint columns;      // and how many rows there are, a multiple of 64
	uint result_quads; // quadruples of a row of the result
	uint segment;        // that the result is
	uint max_rows;    // of a segment's list
};

uint listed_item(uint i)
{
	return work[SEGMENT_LIST(segment, max_rows) + i * 2u];
}

uint listed_place(uint i)
{
	return work[SEGMENT_LIST(segment, max_rows) + i * 2u + 1u];
}

// Whether the list has an entry i, and its item is in a_rows.
bool is_here(uint i)
{
	return i < work[SEGMENT_COUNT(segment)] && listed_item(i) - a_item < a_items;
}

// Quadruple of a_rows where entry i's row begins; the first row's where that is not here.
uint listed_row(uint i)
{
	return is_here(i) ? (listed_item(i) - a_item) * quads : 0u;
}
