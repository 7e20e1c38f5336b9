/* SPDX-License-Identifier: MIT */
#include "data/exact_sum.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/exact_float.h"
#include "data/exact_integer.h"

static uint64_t num_digits(const struct exact *exact)
{
	return (uint64_t)exact->numbers->source.dim * exact->digits;
}

uint64_t exact_sum_bytes(const struct exact *exact)
{
	return exact->numbers->source.dim * sizeof(double) + num_digits(exact) * sizeof(int64_t);
}

static VkcResult out_of_host_memory(uint64_t bytes, struct error *error)
{
	return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
	                 "The host has no memory left for the sum of a walk's rows (%" PRIu64
	                 " bytes): free some, or compute fewer walks at a time.",
	                 bytes);
}

VkcResult exact_sum_open(struct exact_sum *sum, const struct exact *exact, struct error *error)
{
	const uint32_t dim = exact->numbers->source.dim;
	*sum = (struct exact_sum){.values = calloc(dim, sizeof(*sum->values))};
	return sum->values ? VKC_SUCCESS : out_of_host_memory(dim * sizeof(*sum->values), error);
}

void exact_sum_reset(struct exact_sum *sum, const struct exact *exact)
{
	memset(sum->values, 0, exact->numbers->source.dim * sizeof(*sum->values));
	if (sum->num_exact)
		memset(sum->digits, 0, num_digits(exact) * sizeof(*sum->digits));
	*sum = (struct exact_sum){.values = sum->values, .digits = sum->digits};
}

void exact_sum_close(struct exact_sum *sum)
{
	free(sum->values);
	free(sum->digits);
	*sum = (struct exact_sum){0};
}

/* Whether float64 sums of so many rows are exact: integers up to 2^53, with no bit lost to the
 * shift. */
static bool sums_are_exact(const struct exact *exact, uint32_t num_rows)
{
	return exact->unit - exact->shift > -1000 && exact->span <= 53 &&
	       num_rows <= UINT64_C(1) << (53 - exact->span);
}

void exact_sum_add(struct exact_sum *sum, const struct exact *exact, const uint32_t *chosen,
                   uint32_t num_chosen)
{
	float_add_rows(exact->numbers, exact->shift, chosen + sum->num_added,
	               num_chosen - sum->num_added, sum->values);
	/* Each addition rounds by at most 2^-53 of the sum that it makes. */
	const double rounding = sums_are_exact(exact, num_chosen) ? 0.0 : 0x1p-53;
	double longest = sum->length;
	for (; sum->num_added < num_chosen; sum->num_added++) {
		longest += exact->norms[chosen[sum->num_added]];
		sum->error_bound += rounding * longest;
	}
	sum->length = sqrt(float_squares(sum->values, exact->numbers->source.dim));
}

bool exact_sum_fits(const struct exact_sum *sum, const struct exact *exact)
{
	/* Each of dim products is below 2^(53 + span), and each square below 2^(2 span). The last
	 * condition keeps powers of two that convert between units normal numbers. */
	return sums_are_exact(exact, sum->num_added) && exact->numbers->source.dim < 1u << 20 &&
	       exact->unit > -1000 && exact->unit < 1000;
}

VkcResult exact_sum_digits(struct exact_sum *sum, const struct exact *exact,
                           const uint32_t *chosen, uint32_t num_chosen, struct error *error)
{
	enum {
		COLUMNS = 64,            /* columns per pass, whose digits stay in the cache */
		ROWS_UNCARRIED = 1 << 20 /* with digits of 32 bits, far from overflow */
	};
	const uint32_t dim = exact->numbers->source.dim;
	if (!sum->digits)
		sum->digits = calloc(num_digits(exact), sizeof(*sum->digits));
	if (!sum->digits)
		return out_of_host_memory(num_digits(exact) * sizeof(*sum->digits), error);
	for (uint32_t done = 0; done < dim; done += COLUMNS) {
		const uint32_t width = dim - done < COLUMNS ? dim - done : COLUMNS;
		int64_t *digits = sum->digits + (size_t)done * exact->digits;
		for (uint32_t r = sum->num_exact; r < num_chosen; r++) {
			double values[COLUMNS];
			numbers_columns(exact->numbers, chosen[r], done, width, values);
			for (uint32_t c = 0; c < width; c++) {
				int64_t split[DIGITS_OF_DOUBLE];
				uint32_t at = 0;
				const uint32_t count = digits_split(values[c], exact->unit, split, &at);
				for (uint32_t i = 0; i < count; i++)
					digits[(size_t)c * exact->digits + at + i] += split[i];
			}
			if (r % ROWS_UNCARRIED == ROWS_UNCARRIED - 1 || r + 1 == num_chosen)
				for (uint32_t c = 0; c < width; c++)
					digits_balance(digits + (size_t)c * exact->digits, exact->digits);
		}
	}
	sum->num_exact = num_chosen;
	return VKC_SUCCESS;
}
