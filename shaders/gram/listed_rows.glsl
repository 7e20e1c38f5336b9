// SPDX-License-Identifier: MIT
//
// Access to the list of rows that row_cache_plan.comp has made for a segment, for the kernels that
// compute these rows.

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
bool is_in_a_rows(uint i)
{
	return i < work[WORK_COUNT(push.segment)] && listed_item(i) - push.a_item < push.a_items;
}

// The quadruple of a_rows where the row of entry i begins; 0 where a_rows does not have it.
uint listed_row(uint i)
{
	return is_in_a_rows(i) ? (listed_item(i) - push.a_item) * push.quads : 0u;
}
