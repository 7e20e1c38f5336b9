/* SPDX-License-Identifier: MIT
 *
 * The kernels of bounded walks (docs/bounded.md, whose names these are). */
#ifndef VKC_INTERFACE_BOUNDED_H
#define VKC_INTERFACE_BOUNDED_H

#include "interface/tile.h"
#include "interface/types.h"
#include "interface/walk_state.h"

struct bounded_push {
	walk_state_layout state;
	uint items;         /* n */
	uint padded;        /* n, rounded up to whole tiles */
	uint quads;         /* quadruples of a row of fixed point */
	uint order_length;  /* elements of an order */
	uint prefix_length; /* elements of it that are given; at least 1 */
	uint num_walks;
	uint coarse_shift; /* a coarse number is a fixed-point one shifted down by this */
	uint root;         /* at least the square root of the dimension */
	uint coarse_norm;  /* at least the norm of a coarse row */
	uint a_item;       /* the first item of the first block of rows that is bound, */
	uint a_items;      /* and how many it holds */
	uint b_item;       /* the same of the second block */
	uint b_items;
	uint max_terms;      /* that one walk adds to exact scores in a step */
	uint resolve_groups; /* workgroups that share a walk's contenders, each every so many, */
	uint resolve_width;  /* terms that one of them computes at once, */
	uint resolve_rounds; /* and how often in a step: drivers may end long loops early */
};

struct bounded_coarse_push {
	uint count; /* quadruples of coarse rows */
	uint shift; /* coarse_shift above */
	uint first; /* quadruple of this dispatch */
	uint quads; /* quadruples of a row of fixed point */
};

/* ---- Workgroups ----------------------------------------------------------------- */

#define BOUNDED_COARSE_INVOCATIONS 64u
/* Items whose approximate scores one invocation of bounded_scan computes. */
#define BOUNDED_SCAN_ITEMS 8u

/* ---- A walk's centroid, in quadruples ------------------------------------------- */

/* The shift; 1 where a row is to be added; two unused words. */
#define CENTROID_HEAD 0u
/* The error of the exact scores, twice that of the approximate ones: a low and a high word each. */
#define CENTROID_BOUNDS 1u
#define CENTROID_SHIFTED 2u                        /* the centroid shifted to 31 bits */
#define CENTROID_LOW(quads) (2u + (quads))         /* its exact low words, */
#define CENTROID_HIGH(quads) (2u + 2u * (quads))   /* and its high words */
#define CENTROID_CHOSEN(quads) (2u + 3u * (quads)) /* a bit for each item that was chosen */
#define CENTROID_QUADS(quads, padded) (CENTROID_CHOSEN(quads) + ((padded) + 127u) / 128u)

/* ---- A walk's work, in words ---------------------------------------------------- */

#define CONTENDERS_COUNT 0u
#define CONTENDERS_ITEMS 4u
/* Of each item four words: the exact score (low and high word), how many terms it contains. */
#define CONTENDERS_EXACT(padded) (4u + (padded))
/* Of each quadruple of items the lowest approximate score of those that were not chosen: two
 * words. */
#define CONTENDERS_LOWEST(padded) (4u + 5u * (padded))
#define CONTENDERS_WORDS(padded) (CONTENDERS_LOWEST(padded) + (padded) / 2u)

#endif
