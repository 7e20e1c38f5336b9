/* SPDX-License-Identifier: MIT
 *
 * The kept Gram matrix, computed before anything is asked of it. */
#ifndef VKC_PREPARE_H
#define VKC_PREPARE_H

#include "matrix/gram.h"

/* Computes on for about so many seconds, one step at least. *fraction: the share of all pairs that
 * is there; 1 also where the matrix is not kept. */
VkcResult prepare_matrix(struct gram *gram, double seconds, double *fraction);

#endif
