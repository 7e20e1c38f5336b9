/* SPDX-License-Identifier: MIT
 *
 * The kernel that takes walks on: each a workgroup that adds one row of the Gram matrix a
 * step to the scores of all items and takes the lowest. */
#ifndef VKC_STEP_KERNEL_H
#define VKC_STEP_KERNEL_H

#include "sequence/strategy.h"

struct step_kernel {
	struct kernel kernel;
	uint32_t num_segments;         /* what it was made for: segments, */
	uint32_t group;                /* invocations, */
	uint32_t quads_per_invocation; /* quadruples of scores each, 0 = in memory, */
	int shift;                     /* and scaling */
};

/* Where the rows are that walks add. */
struct row_segments {
	const struct buffer *segments;
	uint32_t num_segments;
	uint32_t rows_per_segment;
	bool placed; /* each walk's row is where walks->layout.places says, not at its item's number */
};

/* How far down a term of a score is shifted: it is below 2^60 before, a sum of all terms
 * below 2^61. */
int score_term_shift(const struct rows *rows);

/* Makes the kernel for the rows that are uploaded, in so many segments. */
VkcResult step_kernel_ensure(struct step_kernel *step, struct engine *engine,
                             const struct rows *rows, uint32_t num_segments);
void step_kernel_close(struct step_kernel *step, struct engine *engine);

VkcResult step_kernel_record(const struct step_kernel *step, const struct row_segments *rows,
                             const struct walk_range *range);
/* Records one step of as many of the part's walks as the three words at `offset` bytes say. */
VkcResult step_kernel_record_indirect(const struct step_kernel *step,
                                      const struct row_segments *rows,
                                      const struct walk_range *range, const struct buffer *commands,
                                      uint64_t offset);

#endif
