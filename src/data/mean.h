/* SPDX-License-Identifier: MIT
 *
 * The mean row of an upload. */
#ifndef VKC_MEAN_H
#define VKC_MEAN_H

#include "data/fixed_point.h"

/* mean[dim] = the exact mean row, correctly rounded to float64. */
void source_mean(const struct source *source, double *mean);

#endif
