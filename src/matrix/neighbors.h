/* SPDX-License-Identifier: MIT
 *
 * The k nearest neighbours of rows. The device selects them, so only the results are copied to the
 * host. */
#ifndef VKC_NEIGHBORS_H
#define VKC_NEIGHBORS_H

#include "matrix/gram.h"

struct neighbors {
	struct gram *gram;
	struct kernel select; /* created when first needed */
	uint32_t group;       /* invocations per workgroup of `select` */
};

void neighbors_open(struct neighbors *neighbors, struct gram *gram);
void neighbors_close(struct neighbors *neighbors);

/* The arguments must be valid. Either output may be NULL. */
VkcResult neighbors_nearest(struct neighbors *neighbors, uint32_t first, uint32_t count,
                            uint32_t k, uint32_t *indices, float *similarities);

#endif
