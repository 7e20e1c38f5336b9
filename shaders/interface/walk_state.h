/* SPDX-License-Identifier: MIT
 *
 * The state buffer of the walks in flight. */
#ifndef VKC_INTERFACE_WALK_STATE_H
#define VKC_INTERFACE_WALK_STATE_H

#include "interface/types.h"

/* Offsets of the buffer's parts, in quads. The buffer begins with one word per item, each rounded
 * up to whole quads: the weights, the classes (items whose rows are equal share the lowest index
 * among them), and the exponents of the weights.
 *
 * Where all rows are a common factor times integers of 8 bits, kernels decide near steps with
 * these. The buffer then holds the integers, and for each walk a sum and a list instead of a
 * mask. */
struct walk_state_layout {
	uint integers;      /* the packed rows, four integers per word */
	uint integer_quads; /* quads per packed row */
	uint heads;         /* WALK_HEAD_QUADS per walk */
	uint list;          /* one word per entry: the active walks, once some are merged */
	/* Two words per walk: at which number of rows added the walk stands at a near step, and the
	 * item that was chosen for it. */
	uint decisions;
	uint masks;       /* one bit per item, for each walk: the contenders of its near step */
	uint orders;      /* one order per walk: the chosen items, one word each */
	uint order_quads; /* quads per order */
	/* two quads per four items, for each walk: the low words of the scores, then the high words */
	uint scores;
	uint sums; /* WALK_SUM_QUADS per walk */
};

#ifdef __STDC__
typedef struct walk_state_layout walk_state_layout; /* GLSL names the type without `struct` */
#endif

/* ---- A walk's head: offsets in quads -------------------------------------------- */

#define WALK_HEAD_QUADS 4u
/* The number of rows added, and the hash of the items chosen (three words). */
#define WALK_COUNTERS 0u
/* 1 if the walk stands at a near step; the row cache slot of the row to add next; the number of
 * rows in the walk's sum; an unused word. */
#define WALK_STATUS 1u
/* The error bound of a difference of two scores (low word, high word), and the exponent of the
 * scores. */
#define WALK_BOUND 2u
/* The counters as they were at the last checkpoint. */
#define WALK_CHECKPOINT 3u

/* Quads of a walk's mask. row_quads: quads per row of the Gram matrix. */
#define WALK_MASK_QUADS(row_quads) (((row_quads) + 31u) / 32u)

/* Quads of the sum of a walk's rows, one for each word of a packed row, and of the list of the
 * contenders of its near step, one word for each. */
#define WALK_SUM_QUADS(integer_quads, row_quads) (4u * (integer_quads) + (row_quads))

/* The sum lacks fewer rows than this after each dispatch. */
#define WALK_SUM_LAG 64u

/* No decision is pending. */
#define WALK_NO_DECISION 0xffffffffu

#endif
