/* SPDX-License-Identifier: MIT
 *
 * Push constants and buffer layouts of the bounded-walk kernels. docs/bounded.md defines the
 * terms. */
#ifndef VKC_INTERFACE_BOUNDED_H
#define VKC_INTERFACE_BOUNDED_H

#include "interface/score_error.h"
#include "interface/tile.h"
#include "interface/types.h"
#include "interface/walk_state.h"

struct bounded_push {
	walk_state_layout state;
	score_error error;
	uint items;         /* n */
	uint padded;        /* n, rounded up to a multiple of TILE */
	uint quads;         /* quads per fixed-point row */
	uint order_length;  /* elements per order */
	uint prefix_length; /* elements that the prefix gives; at least 1 */
	uint num_walks;
	uint coarse_shift; /* coarse value = fixed-point value >> coarse_shift, rounded */
	uint root;         /* at least the square root of the dimension */
	uint coarse_norm;  /* at least the norm of any coarse row */
	uint a_item;       /* first item of the first bound block of rows */
	uint a_items;      /* number of items in that block */
	uint b_item;       /* first item of the second bound block */
	uint b_items;      /* number of items in that block */
	uint max_terms;    /* terms that one walk may add to exact scores per step */
	/* workgroups that share a walk's contenders; each takes every resolve_groups-th */
	uint resolve_groups;
	uint resolve_width;  /* terms that a workgroup computes in parallel */
	uint resolve_rounds; /* rounds per step; bounded because some drivers end long loops early */
};

struct bounded_coarse_push {
	uint count; /* quads of coarse rows */
	uint shift; /* coarse_shift above */
	uint first; /* first quad of this dispatch */
	uint quads; /* quads per fixed-point row */
};

/* ---- Workgroups ----------------------------------------------------------------- */

#define BOUNDED_COARSE_INVOCATIONS 64u
/* Items whose approximate scores one invocation of bounded_scan computes. */
#define BOUNDED_SCAN_ITEMS 8u

/* ---- A walk's centroid: offsets in quads ---------------------------------------- */

/* One quad: the shift; 1 if a row is waiting to be added; two unused words. */
#define CENTROID_HEAD 0u
/* One quad: the error bound of the exact scores, then twice the error bound of the approximate
 * scores, each as a low and a high word. */
#define CENTROID_BOUNDS 1u
#define CENTROID_SHIFTED 2u                        /* the centroid, shifted to 31 bits */
#define CENTROID_LOW(quads) (2u + (quads))         /* the low words of the exact centroid */
#define CENTROID_HIGH(quads) (2u + 2u * (quads))   /* the high words of the exact centroid */
#define CENTROID_CHOSEN(quads) (2u + 3u * (quads)) /* one bit per item: set once it is chosen */
#define CENTROID_QUADS(quads, padded) (CENTROID_CHOSEN(quads) + ((padded) + 127u) / 128u)

/* ---- A walk's contenders: offsets in words -------------------------------------- */

#define CONTENDERS_COUNT 0u
#define CONTENDERS_ITEMS 4u
/* Four words per item: the low and high words of the exact score, and how many terms it
 * includes. */
#define CONTENDERS_EXACT(padded) (4u + (padded))
/* Two words per quad of items: the lowest approximate score among the items not chosen yet. */
#define CONTENDERS_LOWEST(padded) (4u + 5u * (padded))
#define CONTENDERS_WORDS(padded) (CONTENDERS_LOWEST(padded) + (padded) / 2u)

#endif
