/* SPDX-License-Identifier: MIT
 *
 * Rows of the Gram matrix that are computed when a walk needs them, and kept while there is room.
 * The kernel row_cache_plan lists the rows of a step; gram_listed, and gram_shared with LISTED,
 * compute them. */
#ifndef VKC_INTERFACE_ROW_CACHE_H
#define VKC_INTERFACE_ROW_CACHE_H

#include "interface/tile.h"
#include "interface/types.h"
#include "interface/walk_state.h"

struct row_cache_plan_push {
	walk_state_layout state;
	uint listed;           /* 1: only the walks in the state's list go on; 0: all */
	uint order_length;     /* elements of an order */
	uint num_walks;        /* walks that go on */
	uint items;            /* n, rounded up to whole tiles */
	uint rows_kept;        /* places for rows in all segments together, */
	uint rows_per_segment; /* and in one of them */
	uint num_segments;
	uint max_rows;        /* entries of a segment's list */
	uint four_row_groups; /* workgroups along a row, of the kernel for four rows, */
	uint many_row_groups; /* and of the kernel for many; */
	uint many_rows;       /* how many those are, */
	uint many_rows_least; /* and from how many on it is quicker; more than many_rows: never */
};

struct listed_rows_push {
	uint a_item;       /* the first item in a_rows, */
	uint a_items;      /* and how many there are */
	uint quads;        /* quadruples of a row of fixed point */
	uint column;       /* the item of the first row in b_rows, */
	uint columns;      /* and how many rows there are, a multiple of TILE */
	uint result_quads; /* quadruples of a row of the result */
	uint segment;      /* that the result is */
	uint max_rows;     /* entries of a segment's list */
};

/* ---- Workgroups of gram_listed -------------------------------------------------- */

#define LISTED_COLUMNS 8u /* that one invocation computes */

/* ---- The work buffer, in words -------------------------------------------------- */

#define ROW_CACHE_MAX_SEGMENTS 7u

#define WORK_BUDGET 0u    /* rows that this submission may still compute */
#define WORK_WALKS 1u     /* indirect dispatch (three words) of the walks that take this step */
#define WORK_STEPS 4u     /* steps that all walks have taken */
#define WORK_MANY_ROWS 5u /* many_rows of the step */
#define WORK_HEAD 8u      /* words of the above, and some for alignment */
/* Of each segment: the indirect dispatches of the kernel for many rows and of that for four; how
 * many rows are to be computed. */
#define WORK_MANY(segment) (WORK_HEAD + 8u * (segment))
#define WORK_FOUR(segment) (WORK_HEAD + 8u * (segment) + 3u)
#define WORK_COUNT(segment) (WORK_HEAD + 8u * (segment) + 6u)
/* Then, of each segment, the list of these rows, two words each: the item, and the place in the
 * segment. */
#define WORK_LISTS (WORK_HEAD + 8u * ROW_CACHE_MAX_SEGMENTS)
#define WORK_LIST(segment, max_rows) (WORK_LISTS + 2u * (segment) * (max_rows))
/* Then the items whose rows are missing, one for each walk at most. Last comes room for TILE more
 * entries: kernels look at as many entries of a list as they compute rows at a time. */
#define WORK_MISSING(max_rows) WORK_LIST(ROW_CACHE_MAX_SEGMENTS, max_rows)
#define WORK_WORDS(max_rows, num_walks) \
	(WORK_LISTS + 2u * (ROW_CACHE_MAX_SEGMENTS * (max_rows) + TILE) + (num_walks))

/* ---- The list of kept rows, in words -------------------------------------------- */

#define LRU_CLOCK 0u /* steps that have been taken */
#define LRU_TAKEN 1u /* places that hold a row */
/* Of each item: its row's place + 1; 0 where the row is not kept. */
#define LRU_PLACE_OF(item) (2u + (item))
/* Of each place: the item whose row it holds, and the step that used it last. */
#define LRU_ITEM_AT(items, place) (2u + (items) + (place))
#define LRU_USED_AT(items, rows_kept, place) (2u + (items) + (rows_kept) + (place))
#define LRU_WORDS(items, rows_kept) LRU_USED_AT(items, rows_kept, rows_kept)

#endif
