/* SPDX-License-Identifier: MIT
 *
 * Computing diversity sequences: runs walks over the items, batch by batch. */
#ifndef VKC_SEQUENCES_H
#define VKC_SEQUENCES_H

#include "sequence/deadline.h"
#include "sequence/strategies.h"

/* What to compute. */
struct sequences {
	const uint32_t *prefixes; /* num_sequences x prefix_length */
	uint32_t num_sequences;
	uint32_t prefix_length;
	uint32_t length;
	uint32_t *output;          /* num_sequences x length; not the memory of the prefixes */
	uint32_t num_finished;     /* complete sequences just before `output`, for merging */
	struct deadline *deadline; /* NULL = none */
	uint32_t *reached;         /* num_sequences, with a deadline: elements in the end */
};

/* The arguments must be valid. */
VkcResult sequences_compute(struct strategies *strategies, const struct objective *objective,
                            const struct sequences *sequences);

#endif
