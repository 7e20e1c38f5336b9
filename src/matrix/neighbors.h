/* SPDX-License-Identifier: MIT
 *
 * The k nearest neighbours of rows, selected on the device; only they travel. */
#ifndef VKC_NEIGHBORS_H
#define VKC_NEIGHBORS_H

#include "matrix/gram.h"

struct neighbors {
	struct gram *gram;
	struct kernel select; /* made when first needed */
	uint32_t group;       /* its invocations */
};

void neighbors_open(struct neighbors *neighbors, struct gram *gram);
void neighbors_close(struct neighbors *neighbors);

/* The arguments are valid; either output may be NULL. */
VkcResult neighbors_nearest(struct neighbors *neighbors, uint32_t first, uint32_t count,
                            uint32_t k, uint32_t *indices, float *similarities);

#endif
