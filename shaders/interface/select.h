/* SPDX-License-Identifier: MIT
 *
 * Push constants of the kernel select, which finds the nearest neighbours of rows. */
#ifndef VKC_INTERFACE_SELECT_H
#define VKC_INTERFACE_SELECT_H

#include "interface/types.h"

struct select_push {
	uint items;          /* n */
	uint first_row;      /* row of workgroup 0 */
	uint first_row_held; /* row of the matrix at which the bound buffer begins */
	uint row_quads;      /* quads per row of the matrix */
	uint per_row;        /* k */
	uint done;           /* results that earlier rounds found for each row */
	uint wanted;         /* results to find in this round */
};

#endif
