/* SPDX-License-Identifier: MIT
 *
 * The kernels walk_registers and walk_memory: steps of walks that read the Gram matrix's rows. */
#ifndef VKC_INTERFACE_WALK_H
#define VKC_INTERFACE_WALK_H

#include "interface/types.h"
#include "interface/walk_state.h"

struct walk_push {
	walk_state_layout state;
	uint items;            /* n */
	uint row_quads;        /* quadruples of a row of the Gram matrix */
	uint rows_per_segment; /* rows of the Gram matrix in each of the segments */
	uint placed;           /* 1: rows are where the state's places say; 0: where their items are */
	uint listed;           /* 1: only the walks in the state's list go on; 0: all */
	uint first;            /* of these, the one of workgroup 0 */
	uint order_length;     /* elements of an order */
	uint prefix_length;    /* elements of it that are given; at least 1 */
	uint steps;            /* rows to add at most in this dispatch */
};

/* Quadruples of scores that an invocation of walk_registers can hold. */
#define WALK_MAX_QUADS 32u

#endif
