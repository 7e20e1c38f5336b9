/* SPDX-License-Identifier: MIT
 *
 * The kernel that advances walks. Each workgroup advances one walk: in each step it adds a row of
 * the Gram matrix to the scores of all items and chooses the lowest score. */
#ifndef VKC_STEP_KERNEL_H
#define VKC_STEP_KERNEL_H

#include "sequence/strategy.h"

struct step_kernel {
	struct kernel kernel;
	const struct objective *objective;
	uint32_t num_segments;         /* segments that the kernel can bind */
	uint32_t group;                /* invocations per workgroup */
	uint32_t quads_per_invocation; /* of scores, in registers; 0 = the scores are in memory */
	uint32_t shift;                /* walks_term_shift() */
	bool wide;                     /* the weights have exponents */
	bool integers;                 /* the state holds integers */
};

/* Where to find the rows that walks add. */
struct row_segments {
	const struct buffer *segments;
	uint32_t num_segments;
	uint32_t rows_per_segment;
	bool placed; /* the walks' heads say where rows are; else they are at their items' indices */
};

/* Creates the kernel for the uploaded rows and num_segments segments, unless it exists. */
VkcResult step_kernel_ensure(struct step_kernel *step, const struct walks *walks,
                             uint32_t num_segments);
/* The number of invocations per workgroup. */
uint32_t step_kernel_group(const struct engine *engine, const struct rows *rows);
void step_kernel_close(struct step_kernel *step, struct engine *engine);

VkcResult step_kernel_record(const struct step_kernel *step, const struct row_segments *rows,
                             const struct walk_range *range);
/* Records one step. The VkDispatchIndirectCommand at `offset` bytes in `commands` says how many of
 * the range's walks take it. */
VkcResult step_kernel_record_indirect(const struct step_kernel *step,
                                      const struct row_segments *rows,
                                      const struct walk_range *range, const struct buffer *commands,
                                      uint64_t offset);

#endif
