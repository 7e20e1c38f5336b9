// SPDX-License-Identifier: MIT
//
// The work buffer of walks whose rows are computed when they are needed: src/sequence/row_cache.c knows
// these numbers, too. Words:

#define BUDGET 0u // rows that this submission may still compute
#define WALKS 1u  // three words of an indirect dispatch: the walks that take this step
#define STEPS 4u  // steps that all walks have taken
#define WIDE_ROWS 5u // rows that a workgroup of the wide kernel computes; the others compute four
// For each arena two indirect dispatches, of the wide kernel and for the rest; how many rows there
// are to compute, and a list of them: item, place in the arena.
#define ARENA_WIDE(arena) (8u + (arena) * 8u)
#define ARENA_FOURS(arena) (8u + (arena) * 8u + 3u)
#define ARENA_COUNT(arena) (8u + (arena) * 8u + 6u)
#define ARENA_LIST(arena, most_rows) (64u + (arena) * (most_rows) * 2u)
