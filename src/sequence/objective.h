/* SPDX-License-Identifier: MIT
 *
 * The objectives: what a sequence looks for at each step. */
#ifndef VKC_OBJECTIVE_H
#define VKC_OBJECTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "interface/objective.h"

struct objective {
	uint32_t branch; /* OBJECTIVE_… of the step kernel */
	/* Scores depend on which items were chosen, not on their order: walks that have chosen the
	 * same set continue in the same way, and can be merged. */
	bool depends_on_set;
	/* The bounded strategy, which compares items with the centroid, can compute it. */
	bool compares_with_centroid;
};

/* objective: one of OBJECTIVE_… */
const struct objective *objective_get(uint32_t objective);

#endif
