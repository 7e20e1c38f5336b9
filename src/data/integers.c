/* SPDX-License-Identifier: MIT */
#include "data/integers.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The factor in two parts. Products with integers of 8 bits are exact in each. */
struct factor {
	double whole, high, low;
};

static struct factor factor_of(double whole)
{
	uint64_t bits;
	double high;
	memcpy(&bits, &whole, sizeof(bits));
	bits &= ~UINT64_C(0x7ffffff);
	memcpy(&high, &bits, sizeof(high));
	return (struct factor){whole, high, whole - high};
}

/* Writes the numbers divided by the factor. Returns false if one of them is not an integer of 8
 * bits; *packed is then undefined. */
static bool pack(const double *values, uint32_t dim, struct factor factor, int8_t *packed)
{
	bool good = true;
	for (uint32_t c = 0; c < dim; c++) {
		/* If the value is a multiple, the quotient is exact. */
		const double rounded = rounded_to_integer(values[c] / factor.whole);
		const bool fits = (rounded >= INT8_MIN) & (rounded <= INT8_MAX);
		/* The difference is exact if there is a chance of equality: then it has few bits. */
		good &= fits & (values[c] - rounded * factor.high == rounded * factor.low);
		packed[c] = (int8_t)(fits ? rounded : 0.0);
	}
	return good;
}

/* A positive number as odd * 2^exponent. */
static uint64_t odd_part(double value, int *exponent)
{
	const uint64_t mantissa = (uint64_t)ldexp(frexp(value, exponent), 53);
	const int zeros = __builtin_ctzll(mantissa);
	*exponent += zeros - 53;
	return mantissa >> zeros;
}

/* The largest number that divides two positive ones. */
static double common_divisor(double x, double y)
{
	int exponent_x, exponent_y;
	uint64_t a = odd_part(x, &exponent_x), b = odd_part(y, &exponent_y);
	while (b) {
		const uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return ldexp((double)a, exponent_x < exponent_y ? exponent_x : exponent_y);
}

/* Lowers the factor until it divides all numbers; 0 is no factor yet. Returns false if one of them
 * is too large a multiple. */
static bool refine(const double *values, uint32_t dim, double *factor)
{
	for (uint32_t c = 0; c < dim; c++) {
		const double magnitude = fabs(values[c]);
		if (magnitude == 0.0)
			continue;
		/* A borrowed array may have changed since it was checked. */
		if (!(magnitude <= DBL_MAX))
			return false;
		*factor = *factor == 0.0 ? magnitude : common_divisor(*factor, magnitude);
		if (magnitude / *factor > -INT8_MIN)
			return false;
	}
	return true;
}

/* Packs all rows; *packed is zeroed. Returns false where they are not integers of 8 bits times a
 * factor. */
static bool pack_all(const struct numbers *numbers, uint32_t quads, double *values, int8_t *packed)
{
	const uint32_t dim = numbers->source.dim;
	double factor = 0.0;
	for (uint32_t r = 0; r < numbers->source.num_rows;) {
		const double before = factor;
		numbers_row(numbers, r, values);
		if (before > 0.0 && pack(values, dim, factor_of(before), packed + (size_t)r * quads * 16)) {
			r++;
			continue;
		}
		/* Most sets end here, at one of their first numbers. */
		if (!refine(values, dim, &factor) || (before > 0.0 && factor == before))
			return false;
		if (factor == 0.0)
			r++;
		else if (before > 0.0)
			r = 0; /* at most seven times: the first nonzero number is at most 128 factors */
	}
	return true;
}

bool integers_find(struct integers *integers, const struct numbers *numbers)
{
	const struct source *source = &numbers->source;
	const uint32_t quads = integers_quads(source->dim);
	const uint64_t bytes = (uint64_t)source->num_rows * quads * 16;
	if (integers->sought)
		return true;
	if (!numbers->mean && bytes <= INTEGERS_MAX_BYTES && source->dim <= INTEGERS_MAX_DIM) {
		double *values = malloc(source->dim * sizeof(*values));
		int8_t *rows = calloc(bytes, 1);
		if (!values || !rows) {
			free(values);
			free(rows);
			return false;
		}
		if (pack_all(numbers, quads, values, rows)) {
			integers->quads = quads;
			integers->rows = rows;
		} else {
			free(rows);
		}
		free(values);
	}
	integers->sought = true;
	return true;
}

void integers_free(struct integers *integers)
{
	free(integers->rows);
	*integers = (struct integers){0};
}
