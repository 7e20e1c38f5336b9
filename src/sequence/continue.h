/* SPDX-License-Identifier: MIT
 *
 * Continuing sequences for a given time. */
#ifndef VKC_CONTINUE_H
#define VKC_CONTINUE_H

#include "sequence/sequences.h"

/* The sequences of a call. */
struct continuation {
	uint32_t *sequences; /* num_sequences x length */
	uint32_t *lengths;   /* how many elements of each there are, in and out */
	uint32_t num_sequences;
	uint32_t length;
};

/* Computes the matrix, if that pays, and continues sequences, for about `seconds`. The arguments
 * must be valid. After a failure the lengths are still right. */
VkcResult sequences_continue(struct strategies *strategies, const struct objective *objective,
                             const struct continuation *continuation, double seconds);

#endif
