/* SPDX-License-Identifier: MIT */
#include "data/exact_float.h"

#include <math.h>
#include <stddef.h>

enum {
	LANES = 8,
	COLUMNS = 256 /* numbers that are converted at a time; a multiple of LANES */
};

static uint32_t columns_at(uint32_t first, uint32_t dim)
{
	return dim - first < COLUMNS ? dim - first : COLUMNS;
}

/* The values of a part of a row, times 2^-shift. */
static void read_columns(const struct numbers *numbers, int shift, uint32_t row, uint32_t first,
                         uint32_t count, double *values)
{
	numbers_columns(numbers, row, first, count, values);
	if (shift) {
		const double factor = ldexp(1.0, -shift);
		for (uint32_t c = 0; c < count; c++)
			values[c] *= factor;
	}
}

static double total(const double lanes[LANES])
{
	return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
	       ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

static void multiply_add(const double *a, const double *b, uint32_t count, double lanes[LANES])
{
	double sums[LANES];
	for (int i = 0; i < LANES; i++)
		sums[i] = lanes[i];
	uint32_t c = 0;
	for (; c + LANES <= count; c += LANES)
		for (int i = 0; i < LANES; i++)
			sums[i] += a[c + i] * b[c + i];
	for (; c < count; c++)
		sums[0] += a[c] * b[c];
	for (int i = 0; i < LANES; i++)
		lanes[i] = sums[i];
}

double float_squares(const double *values, uint32_t count)
{
	double lanes[LANES] = {0};
	multiply_add(values, values, count, lanes);
	return total(lanes);
}

/* Four rows in a pass: one alone would spend its time on loading and storing the sum. */
static void add_four(const float *const rows[4], uint32_t dim, double sign, double *sum)
{
	const float *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
	for (uint32_t i = 0; i < dim; i++)
		sum[i] = (((sum[i] + sign * a[i]) + sign * b[i]) + sign * c[i]) + sign * d[i];
}

void float_add_rows(const struct numbers *numbers, int shift, const uint32_t *rows, uint32_t count,
                    double sign, double *sum)
{
	const uint32_t dim = numbers->source.dim;
	uint32_t r = 0;
	if (!shift && numbers_floats(numbers, 0)) {
		for (; r + 4 <= count; r += 4) {
			const float *four[4];
			for (int i = 0; i < 4; i++)
				four[i] = numbers_floats(numbers, rows[r + i]);
			add_four(four, dim, sign, sum);
		}
		for (; r < count; r++) {
			const float *row = numbers_floats(numbers, rows[r]);
			for (uint32_t c = 0; c < dim; c++)
				sum[c] += sign * row[c];
		}
	}
	for (; r < count; r++)
		for (uint32_t done = 0; done < dim; done += COLUMNS) {
			double values[COLUMNS];
			const uint32_t width = columns_at(done, dim);
			read_columns(numbers, shift, rows[r], done, width, values);
			for (uint32_t c = 0; c < width; c++)
				sum[done + c] += sign * values[c];
		}
}

/* *sum += value and *low += the error of that, which is a float64 number. */
static inline void two_sum(double value, double *sum, double *low)
{
	const double before = *sum;
	const double after = before + value;
	const double added = after - before;
	*sum = after;
	*low += (before - (after - added)) + (value - added);
}

void float_add_compensated(const struct numbers *numbers, int shift, uint32_t row,
                           double *restrict sum, double *restrict low)
{
	const uint32_t dim = numbers->source.dim;
	const float *floats = shift ? NULL : numbers_floats(numbers, row);
	if (floats) {
		for (uint32_t c = 0; c < dim; c++)
			two_sum(floats[c], &sum[c], &low[c]);
		return;
	}
	for (uint32_t done = 0; done < dim; done += COLUMNS) {
		double values[COLUMNS];
		const uint32_t width = columns_at(done, dim);
		read_columns(numbers, shift, row, done, width, values);
		for (uint32_t c = 0; c < width; c++)
			two_sum(values[c], &sum[done + c], &low[done + c]);
	}
}

double float_dot_row(const struct numbers *numbers, int shift, uint32_t row, const double *vector)
{
	const uint32_t dim = numbers->source.dim;
	const float *floats = shift ? NULL : numbers_floats(numbers, row);
	double lanes[LANES] = {0};
	if (floats) {
		uint32_t c = 0;
		for (; c + LANES <= dim; c += LANES)
			for (int i = 0; i < LANES; i++)
				lanes[i] += floats[c + i] * vector[c + i];
		for (; c < dim; c++)
			lanes[0] += floats[c] * vector[c];
		return total(lanes);
	}
	for (uint32_t done = 0; done < dim; done += COLUMNS) {
		double values[COLUMNS];
		const uint32_t width = columns_at(done, dim);
		read_columns(numbers, shift, row, done, width, values);
		multiply_add(values, vector + done, width, lanes);
	}
	return total(lanes);
}
