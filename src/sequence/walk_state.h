/* SPDX-License-Identifier: MIT
 *
 * The device-side state of the walks in flight: the weights and classes of all rows, and for each
 * walk its head, its order and its scores. */
#ifndef VKC_WALK_STATE_H
#define VKC_WALK_STATE_H

#include "data/integers.h"
#include "data/rows.h"
#include "interface/score_error.h"
#include "interface/walk_state.h"
#include "sequence/objective.h"

struct walks {
	struct engine *engine;
	const struct rows *rows;
	const struct objective *objective;
	const uint32_t *classes; /* of row_classes_find() */
	/* What the device decides near steps with; NULL: the host decides them. */
	const struct integers *integers;
	uint32_t count;
	uint32_t prefix_length; /* elements of each order that the prefix gives */
	uint32_t length;        /* elements of each order */
	uint32_t steps;         /* steps that each walk takes in total */
	/* NULL, or the number of elements that each walk has, as of walks_finish() */
	uint32_t *reached;
	struct walk_state_layout layout;
	uint64_t size; /* bytes of the state */
	struct buffer state;
	struct buffer staging;   /* for everything before the scores, if the state is not mapped */
	struct buffer snapshots; /* two copies of the heads */
};

/* The memory that a walk needs in addition to its state. */
struct walk_cost {
	uint64_t bytes;
	uint64_t largest_buffer; /* its largest part in a single buffer; 0 = none */
	uint32_t max_walks;      /* maximum number in flight, whatever the memory */
	uint32_t group;          /* invocations that choose a walk's next item */
};

/* Lays out the state for `count` walks. engine, rows, objective, integers, prefix_length and length
 * must be set. */
void walks_lay_out(struct walks *walks, uint32_t count);

/* The number of walks that fit into memory, from 1 to `requested`. */
uint32_t walks_affordable(struct walks *walks, struct walk_cost cost, uint32_t requested);

/* Whether decisions by small integers may be worth the copy of these. */
bool walks_pay_for_integers(const struct walks *walks, uint32_t requested);

/* Sets walks->integers where that pays, where the walks' kernels can use them, and where the memory
 * still holds at least half as many of `requested` walks. */
void walks_use_integers(struct walks *walks, const struct integers *integers, struct walk_cost cost,
                        uint32_t requested);
/* The most iterations of loops in which `group` invocations choose by integers, and in which they
 * bring the sum up to date after each dispatch; 0 without integers. */
uint32_t walks_choice_iterations(const struct walks *walks, uint32_t group);

/* The work of a first submission, in steps times walks, for strategies that multiply all rows in
 * each step. */
uint64_t walks_initial_work(const struct walks *walks);

/* Allocates the state as laid out. Call walks_destroy() even after a failure. */
VkcResult walks_create(struct walks *walks);
void walks_destroy(struct walks *walks);

/* The right shift of each term of a score: a term is at most 2^61 before the shift, and the sum of
 * all shifted terms is at most 2^61. */
uint32_t walks_term_shift(const struct rows *rows);
/* How each row that is added changes the error bound of a difference of two scores. */
score_error walks_score_error(const struct walks *walks);

/* The elements of a walk that has taken so many steps. stands: it stands at a near step. */
uint32_t walks_elements(const struct walks *walks, uint32_t steps, bool stands);

/* Writes the weights, classes, integers, heads and prefixes. */
VkcResult walks_start(struct walks *walks, const uint32_t *prefixes);

/* Records a copy of all heads at the end of a submission. parity: 0 or 1, alternating. */
void walks_record_snapshot(struct walks *walks, unsigned parity);
/* The heads in that snapshot, WALK_HEAD_QUADS * 4 words each. The submission must have ended. */
VkcResult walks_read_snapshot(struct walks *walks, unsigned parity, const uint32_t **heads);

/* A part of a walk's order, and its mask. */
struct walk_part {
	uint32_t walk;
	uint32_t first; /* elements first … end - 1 of the order */
	uint32_t end;
};

/* Whether the host sees the state without copies. */
bool walks_are_mapped(const struct walks *walks);
/* Records copies of parts of walks that stand still, unless the state is mapped. */
void walks_record_fetch(struct walks *walks, const struct walk_part *parts, uint32_t count);
/* Lets walks_order() and walks_mask() find these parts, once that submission has ended. */
VkcResult walks_end_fetch(struct walks *walks);
const uint32_t *walks_order(const struct walks *walks, uint32_t walk);
const uint32_t *walks_mask(const struct walks *walks, uint32_t walk);
/* Waits for the device and reads the orders back. */
VkcResult walks_finish(struct walks *walks, uint32_t *output);

#endif
