/* SPDX-License-Identifier: MIT
 *
 * Rows of the Gram matrix for walks without the matrix: each is computed when a walk has
 * picked its item, and kept while there is room, that used least recently going first. All
 * walks take their steps together and share the rows they pick. The device does the
 * bookkeeping (shaders/sequence/row_cache_plan.comp), so that it need not wait for the host. */
#ifndef VKC_PICKED_H
#define VKC_PICKED_H

#include "sequence/step_kernel.h"

#define PICKED_MOST_ARENAS 7

struct picked {
	struct gram *gram;
	struct kernel plan; /* which rows a step needs, and where they go */
	struct kernel wide; /* computes many rows at a time, */
	struct kernel four; /* or four */

	/* The rows that are kept, from one call to the next. */
	uint32_t num_kept; /* places for them; 0 = none */
	uint32_t rows_per_arena;
	uint32_t num_arenas;
	struct buffer arenas[PICKED_MOST_ARENAS];
	struct buffer ledger; /* which they are, and when they were used */

	/* Of a call: */
	uint32_t wanted_kept;
	uint32_t most_rows;      /* that a submission may compute */
	struct buffer work;      /* shaders/sequence/row_cache.glsl */
	struct buffer snapshots; /* of what it begins with, after each of two submissions */
};

void picked_open(struct picked *picked, struct gram *gram);
/* Forgets the rows that are kept: the rows have changed, a call has failed, or others need the
 * memory. Nothing of them may be in flight. */
void picked_reset(struct picked *picked);
void picked_close(struct picked *picked);

/* Bytes that one walk takes beside its state. */
uint64_t picked_walk_bytes(const struct picked *picked);
/* Bytes of the rows that are kept from earlier calls. */
uint64_t picked_kept_bytes(const struct picked *picked);
/* How many rows can be kept, whatever memory there is: so many walks may be in flight. */
uint32_t picked_most_kept(const struct picked *picked);

/* Makes the kernels. */
VkcResult picked_begin(struct picked *picked);
/* Before the walks, which are laid out, are allocated: decides how many rows are kept, of the
 * `wanted` that they could pick, and frees what is in the way of that. */
void picked_make_room(struct picked *picked, const struct walks *walks, uint64_t wanted);
/* After that: allocates what the walks need; after any result picked_release() gives back what
 * does not outlive the call. */
VkcResult picked_allocate(struct picked *picked, const struct walks *walks);
void picked_release(struct picked *picked);

/* Resets the walks in flight. */
VkcResult picked_start(struct picked *picked);
/* Records steps of so many walks, the listed ones where `listed`, and a snapshot. Where a step
 * needs more rows than a submission may compute, the walks stand still for some. */
VkcResult picked_record(struct picked *picked, const struct walk_kernel *kernel,
                        const struct walks *walks, bool listed, uint32_t active, uint32_t steps,
                        unsigned turn);
/* After the submission with that snapshot has ended: the steps taken since picked_start(). */
VkcResult picked_taken(struct picked *picked, unsigned turn, uint32_t *steps);

#endif
