/* SPDX-License-Identifier: MIT
 *
 * Push constants of walk_registers and walk_memory, which advance walks using rows of the Gram
 * matrix. */
#ifndef VKC_INTERFACE_WALK_H
#define VKC_INTERFACE_WALK_H

#include "interface/score_error.h"
#include "interface/types.h"
#include "interface/walk_state.h"

struct walk_push {
	walk_state_layout state;
	score_error error;
	uint items;            /* n */
	uint row_quads;        /* quads per row of the Gram matrix */
	uint rows_per_segment; /* rows of the Gram matrix per segment */
	/* 1: the heads' slots locate the rows; 0: a row is at its item's index */
	uint placed;
	uint listed;        /* 1: advance only the walks in the state's list; 0: advance all */
	uint first;         /* which of these walks workgroup 0 advances */
	uint order_length;  /* elements per order */
	uint prefix_length; /* elements that the prefix gives; at least 1 */
	uint steps;         /* maximum number of rows to add in this dispatch */
	uint checkpoint;    /* number of rows between checkpoints */
	/* a dispatch ends after choices by integers that took more iterations */
	uint choice_iterations;
};

/* Maximum number of quads of scores per invocation of walk_registers. */
#define WALK_MAX_QUADS 32u

#endif
