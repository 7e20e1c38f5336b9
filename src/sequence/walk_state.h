/* SPDX-License-Identifier: MIT
 *
 * The device-side state of the walks in flight: the weights of all rows, and for each walk its
 * counters, its order and its scores. */
#ifndef VKC_WALK_STATE_H
#define VKC_WALK_STATE_H

#include "data/rows.h"
#include "interface/walk_state.h"
#include "sequence/objective.h"

struct walks {
	struct engine *engine;
	const struct rows *rows;
	const struct objective *objective;
	uint32_t count;
	uint32_t prefix_length; /* elements of each order that the prefix gives */
	uint32_t length;        /* elements of each order */
	uint32_t steps;         /* steps that each walk takes in total */
	/* steps that the slowest walk still has to take, as of walks_finish() */
	uint32_t steps_left;
	/* NULL, or the number of elements that each walk has, as of walks_finish() */
	uint32_t *reached;
	struct walk_state_layout layout;
	uint64_t size; /* bytes of the state */
	struct buffer state;
	struct buffer staging; /* for everything before the scores, if the state is not mapped */
};

/* The memory that a walk needs in addition to its state. */
struct walk_cost {
	uint64_t bytes;
	uint64_t largest_buffer; /* its largest part in a single buffer; 0 = none */
	uint32_t max_walks;      /* maximum number in flight, whatever the memory */
};

/* Lays out the state for `count` walks. engine, rows, objective, prefix_length and length must
 * be set. */
void walks_lay_out(struct walks *walks, uint32_t count);

/* The number of walks that fit into memory, from 1 to `requested`. */
uint32_t walks_affordable(struct walks *walks, struct walk_cost cost, uint32_t requested);

/* The work of a first submission, in steps times walks, for strategies that multiply all rows in
 * each step. */
uint64_t walks_initial_work(const struct walks *walks);

/* Allocates the state as laid out. Call walks_destroy() even after a failure. */
VkcResult walks_create(struct walks *walks);
void walks_destroy(struct walks *walks);

/* The elements of a walk that has taken so many steps. */
uint32_t walks_elements(const struct walks *walks, uint32_t steps);

/* Writes the weights, counters and prefixes. */
VkcResult walks_start(struct walks *walks, const uint32_t *prefixes);
/* Waits for the device and reads the orders back. */
VkcResult walks_finish(struct walks *walks, uint32_t *output);

#endif
