/* SPDX-License-Identifier: MIT
 *
 * The state on the device of walks that are in flight together: the weights of all rows,
 * how far each walk is, its order, its scores. How they go on is sequences.c's and
 * bounded.c's concern. */
#ifndef VKC_WALKS_H
#define VKC_WALKS_H

#include "interface/walk_state.h"
#include "matrix/gram.h"

struct walks {
	uint32_t count;
	uint32_t prefix_length; /* elements of an order that are given */
	uint32_t length;        /* elements of an order */
	uint32_t behind;        /* rows that the slowest has not added; walks_finish() says it */
	struct walk_state_layout layout;
	uint64_t size; /* of the state in bytes */
	struct buffer state;
	struct buffer staging; /* of what is before the scores; where state is not mapped */
};

/* Lays out the state for `count` walks; count, prefix_length and length are set. */
void walks_lay_out(struct walks *walks, const struct gram *gram, uint32_t count);

/* How many walks the memory allows, 1 to `wanted`, where each takes `each` bytes beside
 * its state, at most `most_each` of them in one buffer (0 = none), and `spare` bytes of what
 * is taken can be freed. */
uint32_t walks_afford(struct walks *walks, const struct gram *gram, uint64_t each,
                      uint64_t max_each, uint64_t spare, uint32_t wanted);

/* How many rows times the matrix of rows a submission may multiply. */
uint32_t walks_max_rows(const struct gram *gram);

/* Allocates the state for what was laid out. On failure walks_destroy() is still due. */
VkcResult walks_create(struct walks *walks, struct gram *gram);
void walks_destroy(struct walks *walks, struct gram *gram);

/* Writes weights, counters and prefixes. */
VkcResult walks_start(struct walks *walks, struct gram *gram, const uint32_t *prefixes);
/* Waits for the device and reads the orders. */
VkcResult walks_finish(struct walks *walks, struct gram *gram, uint32_t *output);

#endif
