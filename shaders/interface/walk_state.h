/* SPDX-License-Identifier: MIT
 *
 * The state buffer of the walks in flight. */
#ifndef VKC_INTERFACE_WALK_STATE_H
#define VKC_INTERFACE_WALK_STATE_H

#include "interface/types.h"

/* Offsets of the buffer's parts, in quads. The weights of the items come first, one word each. */
struct walk_state_layout {
	/* one quad per walk: the number of rows added, and the hash of the chosen set (three words) */
	uint counters;
	uint list;        /* one word per entry: the active walks, once some are merged */
	uint places;      /* one word per walk: the row cache slot of the row to add next */
	uint orders;      /* one order per walk: the chosen items, one word each */
	uint order_quads; /* quads per order */
	/* two quads per four items, for each walk: the low words of the scores, then the high words */
	uint scores;
};

#ifdef __STDC__
typedef struct walk_state_layout walk_state_layout; /* GLSL names the type without `struct` */
#endif

#endif
