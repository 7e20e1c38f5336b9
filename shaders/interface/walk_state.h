/* SPDX-License-Identifier: MIT
 *
 * The state of the walks that are in flight together, a buffer of quadruples of words. */
#ifndef VKC_INTERFACE_WALK_STATE_H
#define VKC_INTERFACE_WALK_STATE_H

#include "interface/types.h"

/* Where its parts begin, in quadruples. First of all come the weights of the items, a word each. */
struct walk_state_layout {
	uint counters;    /* of each walk: how many rows it has added, and the hash of the set of
	                   * items that it has chosen (three words) */
	uint list;        /* the walks that go on, where some have stopped: a word each */
	uint places;      /* of each walk: the place of the row that it adds next, where the rows are
	                   * those of the row cache: a word */
	uint orders;      /* of each walk: the items that it has chosen, a word each, */
	uint order_quads; /* in so many quadruples */
	uint scores;      /* of each walk: the scores, for four items their low words, then their high
	                   * words */
};

#ifdef __STDC__
typedef struct walk_state_layout walk_state_layout; /* GLSL names a type without `struct` */
#endif

#endif
