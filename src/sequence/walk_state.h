/* SPDX-License-Identifier: MIT
 *
 * The state on the device of walks that are in flight together: the weights of all rows, how far
 * each walk is, its order, its scores. */
#ifndef VKC_WALK_STATE_H
#define VKC_WALK_STATE_H

#include "data/rows.h"
#include "interface/walk_state.h"

struct walks {
	struct engine *engine;
	const struct rows *rows;
	uint32_t count;
	uint32_t prefix_length; /* elements of an order that are given */
	uint32_t length;        /* elements of an order */
	uint32_t steps;         /* that a walk takes in all */
	uint32_t steps_left;    /* of the slowest walk; walks_finish() reads it */
	struct walk_state_layout layout;
	uint64_t size; /* bytes of the state */
	struct buffer state;
	struct buffer staging; /* of what is before the scores; where state is not mapped */
};

/* What a walk takes beside its state. */
struct walk_cost {
	uint64_t bytes;
	uint64_t largest_buffer; /* the largest part of it in one buffer; 0 = none */
	uint32_t max_walks;      /* in flight, whatever memory there is */
};

/* Lays out the state for `count` walks; engine, rows, prefix_length and length are set. */
void walks_lay_out(struct walks *walks, uint32_t count);

/* How many walks the memory allows, 1 to `wanted`. */
uint32_t walks_affordable(struct walks *walks, struct walk_cost cost, uint32_t requested);

/* Steps, times walks, of a first submission that multiplies all rows in each step. */
uint64_t walks_initial_work(const struct walks *walks);

/* Allocates the state for what was laid out. On failure walks_destroy() is still due. */
VkcResult walks_create(struct walks *walks);
void walks_destroy(struct walks *walks);

/* Writes weights, counters and prefixes. */
VkcResult walks_start(struct walks *walks, const uint32_t *prefixes);
/* Waits for the device and reads the orders. */
VkcResult walks_finish(struct walks *walks, uint32_t *output);

#endif
