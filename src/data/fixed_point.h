/* SPDX-License-Identifier: MIT
 *
 * From rows of floating point to unit rows of 30-bit fixed point, on the host, in
 * float64: the only floating-point arithmetic before the results. */
#ifndef VKC_FIXED_POINT_H
#define VKC_FIXED_POINT_H

#include <stdbool.h>

#include "vulkan_compute.h"

/* 1.0 in a fixed-point row, and in a weight. */
#define FIXED_ONE (1 << 30)

/* The checked description of an upload. */
struct source {
	const unsigned char *data;
	uint32_t num_rows;
	uint32_t dim;
	uint64_t stride; /* bytes */
	VkcType type;
};

/* Bytes of one number; 0 for an unknown type. */
uint32_t type_size(VkcType type);

/* Whether all numbers are finite; if not, where the first one stands that is not. */
bool source_is_finite(const struct source *source, uint32_t *row, uint32_t *column);

/* An exponent such that every number's magnitude is below 2^exponent. */
int source_exponent(const struct source *source);

/* mean[dim] = the mean row times 2^-exponent; sums stay below overflow. Summed in twice the
 * precision, so that it is the exact mean, rounded once: rows that are all equal are their mean. */
void source_mean(const struct source *source, int exponent, double *mean);

/* Row `row` into values[dim]: as it is, or, with `mean`, times 2^-exponent less the mean. */
void source_row(const struct source *source, uint32_t row, int exponent, const double *mean,
                double *values);

/* fixed[dim] = round(values / |values| * 2^30), ties to even; all 0 for a zero row.
 * Returns |values| times 2^-unit, 0 for a zero row only. Overwrites values. */
double fixed_row(double *values, uint32_t dim, int norm_exponent, int32_t *fixed);

/* weights[n] = round(norm / 2^ceil(log2(largest norm)) * 2^30), at least 1 for a row
 * that is not zero. */
void fixed_weights(const double *norms, uint32_t num_rows, int32_t *weights);

#endif
