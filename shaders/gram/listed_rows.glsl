// SPDX-License-Identifier: MIT
//
// What both kernels share that compute the rows that row_cache_plan.comp has listed for a segment.

#include "interface/row_cache.h"

layout(std430, binding = 3) readonly buffer Work { uint work[]; };

layout(push_constant) uniform Push { listed_rows_push push; };

uint listed_item(uint i)
{
	return work[WORK_LIST(push.segment, push.max_rows) + i * 2u];
}

uint listed_place(uint i)
{
	return work[WORK_LIST(push.segment, push.max_rows) + i * 2u + 1u];
}

// Whether the list has an entry i, and its item is in a_rows.
bool is_here(uint i)
{
	return i < work[WORK_COUNT(push.segment)] && listed_item(i) - push.a_item < push.a_items;
}

// Quadruple of a_rows where entry i's row begins; the first row's where that is not here.
uint listed_row(uint i)
{
	return is_here(i) ? (listed_item(i) - push.a_item) * push.quads : 0u;
}
