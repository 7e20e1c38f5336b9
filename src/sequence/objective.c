/* SPDX-License-Identifier: MIT */
#include "sequence/objective.h"

static const struct objective table[] = {
	[OBJECTIVE_CENTROID_FARTHEST] = {
		.branch = OBJECTIVE_CENTROID_FARTHEST,
		.depends_on_set = true,
		.compares_with_centroid = true,
	},
};

_Static_assert(sizeof(table) / sizeof(table[0]) == OBJECTIVE_COUNT,
               "every objective has a row in the table");

const struct objective *objective_get(uint32_t objective)
{
	return &table[objective];
}
