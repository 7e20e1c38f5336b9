/* SPDX-License-Identifier: MIT */
#include "data/exact.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/exact_float.h"
#include "data/exact_integer.h"

/* The range of bits of some numbers: 2^lowest divides all, and all are below 2^above. */
struct range {
	int lowest, above;
};

/* Extends the range by nonzero finite numbers. */
static void extend_range(const double *values, uint32_t count, struct range *range)
{
	struct range found = *range;
	for (uint32_t c = 0; c < count; c++) {
		uint64_t bits;
		memcpy(&bits, &values[c], sizeof(bits));
		uint64_t mantissa = bits & 0xfffffffffffffu;
		int exponent = (int)(bits >> 52 & 0x7ff);
		if (exponent == 0) {
			if (mantissa == 0)
				continue;
			exponent = 1;
		}
		const int above = exponent - 1022;
		found.above = above > found.above ? above : found.above;
		/* Most numbers cannot be lower, and need no count of their zeros. */
		int lowest = exponent - 1075;
		if (lowest < found.lowest) {
			lowest += __builtin_ctzll(mantissa | UINT64_C(1) << 52);
			found.lowest = lowest < found.lowest ? lowest : found.lowest;
		}
	}
	*range = found;
}

/* The norm in float64. A nonzero row never has norm 0: below 2^-FLOAT_EXPONENT the value says only
 * that it is so small. */
static double norm_of(const double *values, uint32_t dim, bool zero)
{
	if (zero)
		return 0.0;
	const double norm = sqrt(float_squares(values, dim));
	const double least = 0x1p-401;
	return norm > least ? norm : least;
}

VkcResult exact_open(struct exact *exact, const struct numbers *numbers, struct error *error)
{
	const uint32_t num_rows = numbers->source.num_rows, dim = numbers->source.dim;
	*exact = (struct exact){.numbers = numbers};
	exact->norms = malloc(num_rows * sizeof(*exact->norms));
	double *values = malloc(dim * sizeof(*values));
	if (!exact->norms || !values) {
		free(values);
		exact_close(exact);
		return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left for the norms of %" PRIu32
		                 " rows of %" PRIu32 " numbers: free some.",
		                 num_rows, dim);
	}
	/* ldexp(1, -shift) must be a normal number. */
	const int above = numbers->exponent;
	if (above > FLOAT_EXPONENT || above < -FLOAT_EXPONENT)
		exact->shift = above > 1000 ? 1000 : above < -1000 ? -1000
		                                                   : above;
	const double factor = ldexp(1.0, -exact->shift);
	struct range range = {INT32_MAX, INT32_MIN};
	for (uint32_t r = 0; r < num_rows; r++) {
		struct range of_row = {range.lowest, INT32_MIN};
		numbers_row(numbers, r, values);
		extend_range(values, dim, &of_row);
		range.lowest = of_row.lowest;
		range.above = of_row.above > range.above ? of_row.above : range.above;
		if (exact->shift)
			for (uint32_t c = 0; c < dim; c++)
				values[c] *= factor;
		exact->norms[r] = norm_of(values, dim, of_row.above == INT32_MIN);
	}
	free(values);
	if (range.above == INT32_MIN)
		range = (struct range){0, 1};
	exact->unit = range.lowest;
	exact->span = (uint32_t)(range.above - range.lowest);
	/* Balanced digits, for 2^32 rows. */
	exact->digits = (exact->span + 34) / 32 + 1;
	return VKC_SUCCESS;
}

void exact_close(struct exact *exact)
{
	free(exact->norms);
	*exact = (struct exact){0};
}
