/* SPDX-License-Identifier: MIT
 *
 * Diversity sequences: many walks over the items at once, each a workgroup that adds one
 * row of the Gram matrix a step to the scores of all items and takes the lowest. */
#ifndef VKC_DIVERSITY_H
#define VKC_DIVERSITY_H

#include "lazy.h"
#include "picked.h"

struct diversity {
	struct gram *gram;
	struct kernel walk;  /* some steps of all walks */
	uint32_t num_arenas; /* what it was made for: arenas, */
	uint32_t group;      /* invocations, */
	uint32_t pieces;     /* quadruples of scores each, 0 = in memory, */
	int shift;           /* and scaling */
	struct picked picked;
	struct lazy lazy;
};

void diversity_open(struct diversity *diversity, struct gram *gram);
/* Forgets what depends on the rows, keeps the kernels. */
void diversity_reset(struct diversity *diversity);
void diversity_close(struct diversity *diversity);

/* The arguments are valid. */
VkcResult diversity_sequences(struct diversity *diversity, const uint32_t *prefixes,
                              uint32_t num_sequences, uint32_t prefix_length, uint32_t length,
                              uint32_t *output);

#endif
