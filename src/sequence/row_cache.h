/* SPDX-License-Identifier: MIT
 *
 * Rows of the Gram matrix for walks without the matrix: each is computed when a walk has
 * picked its item, and kept while there is room, that used least recently going first. All
 * walks take their steps together and share the rows they pick. The device does the
 * bookkeeping (shaders/sequence/row_cache_plan.comp), so that it need not wait for the host. */
#ifndef VKC_PICKED_H
#define VKC_PICKED_H

#include "sequence/step_kernel.h"

#define ROW_CACHE_MAX_SEGMENTS 7

struct row_cache {
	struct gram *gram;
	struct kernel plan; /* which rows a step needs, and where they go */

	/* The rows that are kept, from one call to the next. */
	uint32_t num_kept; /* places for them; 0 = none */
	uint32_t rows_per_segment;
	uint32_t num_segments;
	struct buffer segments[ROW_CACHE_MAX_SEGMENTS];
	struct buffer lru; /* which they are, and when they were used */

	/* Of a call: */
	uint32_t wanted_kept;
	uint32_t max_rows;       /* that a submission may compute */
	struct buffer work;      /* shaders/sequence/row_cache.glsl */
	struct buffer snapshots; /* of what it begins with, after each of two submissions */
};

void row_cache_open(struct row_cache *cache, struct gram *gram);
/* Forgets the rows that are kept: the rows have changed, a call has failed, or others need the
 * memory. Nothing of them may be in flight. */
void row_cache_reset(struct row_cache *cache);
void row_cache_close(struct row_cache *cache);

/* Bytes that one walk takes beside its state. */
uint64_t row_cache_walk_bytes(const struct row_cache *cache);
/* Bytes of the rows that are kept from earlier calls. */
uint64_t row_cache_kept_bytes(const struct row_cache *cache);
/* How many rows can be kept, whatever memory there is: so many walks may be in flight. */
uint32_t row_cache_max_rows(const struct row_cache *cache);

/* Makes the kernels. */
VkcResult row_cache_begin(struct row_cache *cache);
/* Before the walks, which are laid out, are allocated: decides how many rows are kept, of the
 * `wanted` that they could pick, and frees what is in the way of that. */
void row_cache_make_room(struct row_cache *cache, const struct walks *walks, uint64_t wanted);
/* After that: allocates what the walks need; after any result picked_release() gives back what
 * does not outlive the call. */
VkcResult row_cache_allocate(struct row_cache *cache, const struct walks *walks);
void row_cache_release(struct row_cache *cache);

/* Resets the walks in flight. */
VkcResult row_cache_start(struct row_cache *cache);
/* Records steps of so many walks, the listed ones where `listed`, and a snapshot. Where a step
 * needs more rows than a submission may compute, the walks stand still for some. */
VkcResult row_cache_record(struct row_cache *cache, const struct walk_kernel *kernel,
                           const struct walks *walks, bool listed, uint32_t active, uint32_t steps,
                           unsigned turn);
/* After the submission with that snapshot has ended: the steps taken since picked_start(). */
VkcResult row_cache_taken(struct row_cache *cache, unsigned turn, uint32_t *steps);

#endif
