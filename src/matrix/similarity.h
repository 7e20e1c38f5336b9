/* SPDX-License-Identifier: MIT
 *
 * The similarity matrix: the Gram matrix converted to floats. */
#ifndef VKC_SIMILARITY_H
#define VKC_SIMILARITY_H

#include "matrix/gram.h"

/* Converts Q30 to the nearest float, ties to even. The conversion rounds once; the scaling is
 * exact. */
static inline float q30_to_float(int32_t q30)
{
	return (float)q30 * 0x1p-30f;
}

VkcResult similarity_rows(struct gram *gram, uint32_t first, uint32_t count, float *output);
VkcResult similarity_matrix(struct gram *gram, float *output);
VkcResult similarity_packed(struct gram *gram, float *output);

#endif
