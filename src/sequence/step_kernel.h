/* SPDX-License-Identifier: MIT
 *
 * The kernel that takes walks on: each a workgroup that adds one row of the Gram matrix a
 * step to the scores of all items and takes the lowest. */
#ifndef VKC_WALK_KERNEL_H
#define VKC_WALK_KERNEL_H

#include "sequence/walk_state.h"

struct walk_kernel {
	struct kernel kernel;
	uint32_t num_segments; /* what it was made for: segments, */
	uint32_t group;        /* invocations, */
	uint32_t pieces;       /* quadruples of scores each, 0 = in memory, */
	int shift;             /* and scaling */
};

/* Where the rows are that walks add. */
struct walk_rows {
	const struct buffer *segments;
	uint32_t num_segments;
	uint32_t rows_per_segment;
	bool placed; /* each walk's row is where walks->layout.places says, not at its item's number */
};

/* How far down a term of a score is shifted: it is below 2^60 before, a sum of all terms
 * below 2^61. */
int walk_term_shift(const struct rows *rows);

/* Makes the kernel for the rows that are uploaded, in so many segments. */
VkcResult walk_kernel_need(struct walk_kernel *walk, const struct gram *gram,
                           uint32_t num_segments);
void walk_kernel_close(struct walk_kernel *walk, struct device *device);

/* Records steps of `count` walks, from number `first` on; of those on the walks' list, where
 * `listed`. */
VkcResult walk_kernel_record(const struct walk_kernel *walk, const struct gram *gram,
                             const struct walks *walks, const struct walk_rows *from, bool listed,
                             uint32_t first, uint32_t count, uint32_t steps);
/* Records one step of as many walks as the three words at `offset` bytes say. */
VkcResult walk_kernel_record_indirect(const struct walk_kernel *walk, const struct gram *gram,
                                      const struct walks *walks, const struct walk_rows *from,
                                      bool listed, const struct buffer *commands,
                                      uint64_t offset);

#endif
