/* SPDX-License-Identifier: MIT
 *
 * Bounded walks, for sets whose Gram matrix does not fit: items are compared with the
 * centroid approximately, with a rigorous bound on the error, and exact scores are
 * computed only of those that the bound cannot tell apart. The sequences are the same,
 * byte for byte. docs/bounded.md derives the bound. */
#ifndef VKC_LAZY_H
#define VKC_LAZY_H

#include "sequence/walk_state.h"

struct bounded {
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

void bounded_open(struct bounded *bounded, struct gram *gram);
/* Forgets the coarse rows (the rows have changed), keeps the kernels. */
void bounded_reset(struct bounded *bounded);
void bounded_close(struct bounded *bounded);
/* Frees host memory only, without a call of the driver. */
void bounded_forget(struct bounded *bounded);

/* Whether the coarse rows and one walk fit the memory that may be used. */
bool bounded_fits(const struct bounded *bounded);

/* Bytes that one walk takes beside its state, and the largest part of it in one buffer. */
uint64_t bounded_walk_bytes(const struct bounded *bounded);
uint64_t bounded_walk_range(const struct bounded *bounded);

/* Makes what is missing of kernels and coarse rows. shift: of a score's terms. */
VkcResult bounded_begin(struct bounded *bounded, int shift);
/* Allocates what the walks need; after any result lazy_release() gives it back. */
VkcResult bounded_allocate(struct bounded *bounded, const struct walks *walks);
void bounded_release(struct bounded *bounded);

/* Resets the walks in flight. */
VkcResult bounded_start(struct bounded *bounded, const struct walks *walks);
/* Records steps of all walks. length steps take them to their end, except where one has so
 * much to add to exact scores that it stands still for some. */
VkcResult bounded_record(struct bounded *bounded, const struct walks *walks, uint32_t steps);

#endif
