/* SPDX-License-Identifier: MIT
 *
 * Diversity sequences: many walks over the items at once. */
#ifndef VKC_DIVERSITY_H
#define VKC_DIVERSITY_H

#include "sequence/bounded.h"
#include "sequence/row_cache.h"

struct diversity {
	struct gram *gram;
	struct walk_kernel walk;
	struct row_cache row_cache;
	struct bounded bounded;
};

void diversity_open(struct diversity *diversity, struct gram *gram);
/* Forgets what depends on the rows, keeps the kernels. */
void diversity_reset(struct diversity *diversity);
/* Frees what only makes the next sequences quicker, for others who need the memory. */
void diversity_spare(struct diversity *diversity);
void diversity_close(struct diversity *diversity);

/* The arguments are valid. */
VkcResult diversity_sequences(struct diversity *diversity, const uint32_t *prefixes,
                              uint32_t num_sequences, uint32_t prefix_length, uint32_t length,
                              uint32_t *output);

#endif
