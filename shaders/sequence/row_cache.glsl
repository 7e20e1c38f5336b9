// SPDX-License-Identifier: MIT
//
// The work buffer of walks whose rows are computed when they are needed: src/sequence/row_cache.c knows
// these numbers, too. Words:

#define BUDGET 0u // rows that this submission may still compute
#define WALKS 1u  // three words of an indirect dispatch: the walks that take this step
#define STEPS 4u  // steps that all walks have taken
#define WIDE_ROWS 5u // rows that a workgroup of the wide kernel computes; the others compute four
// For each segment two indirect dispatches, of the wide kernel and for the rest; how many rows there
// are to compute, and a list of them: item, place in the segment.
#define SEGMENT_WIDE(segment) (8u + (segment) * 8u)
#define SEGMENT_FOURS(segment) (8u + (segment) * 8u + 3u)
#define SEGMENT_COUNT(segment) (8u + (segment) * 8u + 6u)
#define SEGMENT_LIST(segment, max_rows) (64u + (segment) * (max_rows) * 2u)
