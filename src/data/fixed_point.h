/* SPDX-License-Identifier: MIT
 *
 * Conversion of floating-point rows to unit rows in 30-bit fixed point, in float64 on the host.
 * Apart from exact decisions (data/exact.h) and the conversion of the results, this is the only
 * floating-point arithmetic. */
#ifndef VKC_FIXED_POINT_H
#define VKC_FIXED_POINT_H

#include <stdbool.h>

#include "vulkan_compute.h"

/* The value 1.0 in fixed-point rows and in weights. */
#define FIXED_ONE (1 << 30)

/* The checked description of an upload. */
struct source {
	const unsigned char *data;
	uint32_t num_rows;
	uint32_t dim;
	uint64_t stride; /* bytes */
	VkcType type;
};

/* Size of one number in bytes; 0 for an unknown type. */
uint32_t type_size(VkcType type);

/* Whether all numbers are finite. If not, *row and *column locate the first that is not. */
bool source_is_finite(const struct source *source, uint32_t *row, uint32_t *column);

/* An exponent such that the magnitude of every number is below 2^exponent. */
int source_exponent(const struct source *source);

/* Reads row `row` into values[dim]. With `mean`, subtracts it; each difference is rounded once.
 * exponent: of source_exponent(). Where numbers reach 2^1023, differences may overflow, and are all
 * halved: the last bit of a difference below 2^-1021 may then be rounded off. */
void source_row(const struct source *source, uint32_t row, int exponent, const double *mean,
                double *values);

/* fixed[dim] = round(values / |values| * 2^30), ties to even; all 0 for a zero row. Returns
 * |values| times 2^-*exponent, which is near 1, or 0 for a zero row. *error = an upper bound of the
 * length of fixed - values / |values| * 2^30, about sqrt(dim / 12). Overwrites values. */
double fixed_row(double *values, uint32_t dim, int *exponent, int32_t *fixed, double *error);

/* Rounds a double below 2^51 in magnitude to an integer, ties to even, without a call to the math
 * library. */
static inline double rounded_to_integer(double value)
{
	const double rounder = 0x1.8p52;
	return value + rounder - rounder;
}

#endif
