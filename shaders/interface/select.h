/* SPDX-License-Identifier: MIT
 *
 * The kernel select: the nearest neighbours of rows. */
#ifndef VKC_INTERFACE_SELECT_H
#define VKC_INTERFACE_SELECT_H

#include "interface/types.h"

struct select_push {
	uint items;          /* n */
	uint first_row;      /* of workgroup 0 */
	uint first_row_held; /* the row of the matrix at which the bound buffer begins */
	uint row_quads;      /* quadruples of a row of the matrix */
	uint per_row;        /* k */
	uint done;           /* results that each row has already */
	uint wanted;         /* results to find */
};

#endif
