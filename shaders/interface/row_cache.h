/* SPDX-License-Identifier: MIT
 *
 * The row cache: rows of the Gram matrix, computed when a walk needs them and kept while there is
 * room. The kernel row_cache_plan lists the rows that a step needs; gram_listed, or gram_shared
 * built with LISTED, computes them. */
#ifndef VKC_INTERFACE_ROW_CACHE_H
#define VKC_INTERFACE_ROW_CACHE_H

#include "interface/tile.h"
#include "interface/types.h"
#include "interface/walk_state.h"

struct row_cache_plan_push {
	walk_state_layout state;
	uint listed;           /* 1: advance only the walks in the state's list; 0: advance all */
	uint order_length;     /* elements per order */
	uint num_walks;        /* active walks */
	uint padded;           /* n, rounded up to a multiple of TILE */
	uint rows_kept;        /* row slots in all segments together */
	uint rows_per_segment; /* row slots per segment */
	uint num_segments;
	uint max_rows;        /* entries in each segment's list */
	uint four_row_groups; /* workgroups per row of the four-row kernel */
	uint many_row_groups; /* workgroups per row of the many-row kernel */
	uint many_rows;       /* rows that the many-row kernel computes at a time */
	uint many_rows_least; /* fewest rows for which it is faster; above many_rows: never use it */
};

struct listed_rows_push {
	uint a_item;       /* first item in a_rows */
	uint a_items;      /* number of items in a_rows */
	uint quads;        /* quads per fixed-point row */
	uint column;       /* item of the first row in b_rows */
	uint columns;      /* number of rows in b_rows, a multiple of TILE */
	uint result_quads; /* quads per result row */
	uint segment;      /* the segment that result is bound to */
	uint max_rows;     /* entries in each segment's list */
};

/* ---- Workgroups of gram_listed -------------------------------------------------- */

#define LISTED_COLUMNS 8u /* columns per invocation */

/* ---- The work buffer: offsets in words ------------------------------------------ */

#define ROW_CACHE_MAX_SEGMENTS 7u

#define WORK_BUDGET 0u    /* rows that this submission may still compute */
#define WORK_WALKS 1u     /* VkDispatchIndirectCommand for the walks that take this step */
#define WORK_MANY_ROWS 4u /* row_cache_plan_push.many_rows */
#define WORK_HEAD 8u      /* size of the above, with padding for alignment */
/* Per segment: the indirect dispatch of the many-row kernel, that of the four-row kernel, and the
 * number of rows to compute. */
#define WORK_MANY(segment) (WORK_HEAD + 8u * (segment))
#define WORK_FOUR(segment) (WORK_HEAD + 8u * (segment) + 3u)
#define WORK_COUNT(segment) (WORK_HEAD + 8u * (segment) + 6u)
/* Then, per segment, the list of those rows. An entry has two words: the item, and its slot in the
 * segment. */
#define WORK_LISTS (WORK_HEAD + 8u * ROW_CACHE_MAX_SEGMENTS)
#define WORK_LIST(segment, max_rows) (WORK_LISTS + 2u * (segment) * (max_rows))
/* Then the items whose rows are missing, at most one per walk. The buffer ends with room for TILE
 * more entries: kernels read as many list entries as they compute rows at a time. */
#define WORK_MISSING(max_rows) WORK_LIST(ROW_CACHE_MAX_SEGMENTS, max_rows)
#define WORK_WORDS(max_rows, num_walks) \
	(WORK_LISTS + 2u * (ROW_CACHE_MAX_SEGMENTS * (max_rows) + TILE) + (num_walks))

/* ---- The LRU list: offsets in words --------------------------------------------- */

#define LRU_CLOCK 0u /* steps taken so far */
#define LRU_TAKEN 1u /* slots that hold a row */
/* Per item: the slot of its row + 1, or 0 if the row is not cached. */
#define LRU_PLACE_OF(item) (2u + (item))
/* Per slot: the item whose row it holds, and the step that last used it. */
#define LRU_ITEM_AT(items, place) (2u + (items) + (place))
#define LRU_USED_AT(items, rows_kept, place) (2u + (items) + (rows_kept) + (place))
#define LRU_WORDS(items, rows_kept) LRU_USED_AT(items, rows_kept, rows_kept)

#endif
