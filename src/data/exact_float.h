/* SPDX-License-Identifier: MIT
 *
 * The float64 arithmetic of the filter. Sums run in 8 parts, which compilers turn into
 * vector instructions; the order of the additions is fixed, and so is the result. */
#ifndef VKC_EXACT_FLOAT_H
#define VKC_EXACT_FLOAT_H

#include "data/numbers.h"

/* The filter's sums and dot products stay away from overflow as long as the numbers are below
 * 2^FLOAT_EXPONENT. */
#define FLOAT_EXPONENT 400

/* Sum of squares. */
double float_squares(const double *values, uint32_t count);

/* sum[dim] += the rows, in order, times 2^-shift and sign, which is 1 or -1. */
void float_add_rows(const struct numbers *numbers, int shift, const uint32_t *rows, uint32_t count,
                    double sign, double *sum);

/* Adds a row, times 2^-shift, to sum[dim], and to low[dim] what each of these additions rounds
 * off. */
void float_add_compensated(const struct numbers *numbers, int shift, uint32_t row, double *sum,
                           double *low);

/* The dot product of a row, times 2^-shift, with vector[dim]. */
double float_dot_row(const struct numbers *numbers, int shift, uint32_t row, const double *vector);

#endif
