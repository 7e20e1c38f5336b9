/* SPDX-License-Identifier: MIT
 *
 * Rows of the Gram matrix for walks without the matrix: each is computed when a walk has
 * picked its item. */
#ifndef VKC_PICKED_H
#define VKC_PICKED_H

#include "walks.h"

struct picked {
	struct gram *gram;
	struct kernel four; /* the rows of four walks at a time */
	struct kernel one;  /* of a single one */
	struct buffer rows; /* a row for each walk in flight */
};

void picked_open(struct picked *picked, struct gram *gram);
void picked_close(struct picked *picked);

/* Bytes that one walk takes beside its state. */
uint64_t picked_walk_bytes(const struct picked *picked);

/* Makes the kernels. */
VkcResult picked_begin(struct picked *picked);
/* Allocates what the walks need; after any result picked_release() gives it back. */
VkcResult picked_allocate(struct picked *picked, const struct walks *walks);
void picked_release(struct picked *picked);

/* Records the rows that the next step of every walk adds. */
VkcResult picked_record(struct picked *picked, const struct walks *walks);

#endif
