/* SPDX-License-Identifier: MIT
 *
 * Computing the stored Gram matrix ahead of its use. */
#ifndef VKC_PREPARE_H
#define VKC_PREPARE_H

#include "matrix/gram.h"

/* Computes for about `seconds`, but at least one step. *fraction becomes the share of all pairs
 * that are computed, or 1 if the matrix is not stored. */
VkcResult prepare_matrix(struct gram *gram, double seconds, double *fraction);

#endif
