/* SPDX-License-Identifier: MIT */
#include "data/exact.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "base/threads.h"
#include "data/exact_float.h"
#include "data/exact_integer.h"

/* The fewest numbers for which a thread is worth its start. */
#define NUMBERS_PER_THREAD (1u << 18)

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

/* Reading all rows, a part of them in each thread. */
struct reading {
	struct exact *exact;
	uint32_t num_parts;
	double *values; /* dim for each part */
	struct range ranges[MAX_THREADS];
};

static void read_part(void *context, uint32_t part)
{
	struct reading *reading = context;
	const struct exact *exact = reading->exact;
	const uint32_t num_rows = exact->numbers->source.num_rows, dim = exact->numbers->source.dim;
	const double factor = ldexp(1.0, -exact->shift);
	const uint32_t end = threads_first(num_rows, part + 1, reading->num_parts);
	double *values = reading->values + (size_t)part * dim;
	struct range range = {INT32_MAX, INT32_MIN};
	for (uint32_t r = threads_first(num_rows, part, reading->num_parts); r < end; r++) {
		struct range of_row = {range.lowest, INT32_MIN};
		numbers_row(exact->numbers, r, values);
		extend_range(values, dim, &of_row);
		range.lowest = of_row.lowest;
		range.above = of_row.above > range.above ? of_row.above : range.above;
		if (exact->shift)
			for (uint32_t c = 0; c < dim; c++)
				values[c] *= factor;
		exact->norms[r] = norm_of(values, dim, of_row.above == INT32_MIN);
	}
	reading->ranges[part] = range;
}

/* Whether a number, which is not 0, times 2^exponent is at most 2^bits. */
static bool fits(double number, uint32_t exponent, uint32_t bits)
{
	return exponent <= bits && number <= ldexp(1.0, (int)(bits - exponent));
}

static void find_exact_operations(struct exact *exact)
{
	const struct source *source = &exact->numbers->source;
	/* Sums of integers up to 2^53, with no bit lost to the shift. */
	exact->exact_sums = exact->unit - exact->shift > -1000 &&
	                    fits(source->num_rows, exact->span, 53);
	/* And so are products, with no underflow. The squares of norms are found by rounding if they
	 * are at most 2^50. */
	exact->exact_dots = exact->exact_sums && exact->unit - exact->shift >= -FLOAT_EXPONENT &&
	                    fits((double)source->num_rows * source->dim, 2 * exact->span, 50);
}

VkcResult exact_open(struct exact *exact, const struct numbers *numbers, uint32_t num_threads,
                     struct error *error)
{
	const uint32_t num_rows = numbers->source.num_rows, dim = numbers->source.dim;
	const uint64_t useful = (uint64_t)num_rows * dim / NUMBERS_PER_THREAD;
	*exact = (struct exact){.numbers = numbers};
	struct reading reading = {
		.exact = exact,
		.num_parts = (uint32_t)max_u64(1, min_u64(num_threads, useful)),
	};
	exact->norms = malloc(num_rows * sizeof(*exact->norms));
	reading.values = malloc((size_t)reading.num_parts * dim * sizeof(*reading.values));
	if (!exact->norms || !reading.values) {
		free(reading.values);
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
	threads_run(reading.num_parts, read_part, &reading);
	free(reading.values);
	struct range range = {INT32_MAX, INT32_MIN};
	for (uint32_t i = 0; i < reading.num_parts; i++) {
		const struct range *of_part = &reading.ranges[i];
		range.lowest = of_part->lowest < range.lowest ? of_part->lowest : range.lowest;
		range.above = of_part->above > range.above ? of_part->above : range.above;
	}
	if (range.above == INT32_MIN)
		range = (struct range){0, 1};
	exact->unit = range.lowest;
	exact->span = (uint32_t)(range.above - range.lowest);
	/* Balanced digits, for 2^32 rows. */
	exact->digits = (exact->span + 34) / 32 + 1;
	find_exact_operations(exact);
	return VKC_SUCCESS;
}

void exact_close(struct exact *exact)
{
	free(exact->norms);
	*exact = (struct exact){0};
}
