/* SPDX-License-Identifier: MIT
 *
 * By how much a row that is added to the scores can change the error of a difference of two scores.
 * docs/exactness.md derives it. */
#ifndef VKC_INTERFACE_SCORE_ERROR_H
#define VKC_INTERFACE_SCORE_ERROR_H

#include "interface/types.h"

struct score_error {
	uint per_weight; /* times the row's weight, shifted like a term of a score */
	uint per_row;    /* whatever the weight */
};

#ifdef __STDC__
typedef struct score_error score_error; /* GLSL names the type without `struct` */
#endif

#endif
