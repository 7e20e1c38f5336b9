/* SPDX-License-Identifier: MIT
 *
 * Lazy walks, for sets whose Gram matrix does not fit: items are compared with the
 * centroid approximately, with a rigorous bound on the error, and exact scores are
 * computed only of those that the bound cannot tell apart. The sequences are the same,
 * byte for byte. docs/lazy.md derives the bound. */
#ifndef VKC_LAZY_H
#define VKC_LAZY_H

#include "sequence/walk_state.h"

struct lazy {
	struct gram *gram;
	struct kernel coarse;
	struct kernel choose;
	struct kernel update;
	struct kernel scan;     /* four walks at a time */
	struct kernel scan_one; /* a single one */
	struct kernel contenders;
	struct kernel resolve;
	int shift;               /* of a score's terms, which the kernels were made for */
	uint32_t wide;           /* invocations of those that go through all scores */
	struct buffer *blocks;   /* coarse rows, a block for each of the rows' */
	uint32_t coarse_shift;   /* they are rows shifted down by this */
	bool filled;             /* their contents are there */
	struct buffer centroids; /* of the walks in flight */
	struct buffer work;
};

void lazy_open(struct lazy *lazy, struct gram *gram);
/* Forgets the coarse rows (the rows have changed), keeps the kernels. */
void lazy_reset(struct lazy *lazy);
void lazy_close(struct lazy *lazy);
/* Frees host memory only, without a call of the driver. */
void lazy_forget(struct lazy *lazy);

/* Whether the coarse rows and one walk fit the memory that may be used. */
bool lazy_fits(const struct lazy *lazy);

/* Bytes that one walk takes beside its state, and the largest part of it in one buffer. */
uint64_t lazy_walk_bytes(const struct lazy *lazy);
uint64_t lazy_walk_range(const struct lazy *lazy);

/* Makes what is missing of kernels and coarse rows. shift: of a score's terms. */
VkcResult lazy_begin(struct lazy *lazy, int shift);
/* Allocates what the walks need; after any result lazy_release() gives it back. */
VkcResult lazy_allocate(struct lazy *lazy, const struct walks *walks);
void lazy_release(struct lazy *lazy);

/* Resets the walks in flight. */
VkcResult lazy_start(struct lazy *lazy, const struct walks *walks);
/* Records steps of all walks. length steps take them to their end, except where one has so
 * much to add to exact scores that it stands still for some. */
VkcResult lazy_record(struct lazy *lazy, const struct walks *walks, uint32_t steps);

#endif
