/* SPDX-License-Identifier: MIT */
#include "data/weights.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* With more powers of two between the largest and the smallest norm, a common exponent would leave
 * the smallest weights too few bits. */
#define MAX_COMMON_SPAN 6

/* The exponent of a zero row: below all others, and far from overflow in differences. */
#define ZERO_EXPONENT (INT_MIN / 2)

/* The norm as a number from 1/2 to 1 times 2^exponent. */
static struct norm normalized(struct norm norm)
{
	int exponent;
	if (norm.number == 0.0)
		return (struct norm){.exponent = ZERO_EXPONENT};
	norm.number = frexp(norm.number, &exponent);
	norm.exponent += exponent;
	return norm;
}

static int32_t rounded(double number, int exponent)
{
	return (int32_t)lrint(ldexp(number, 30 + exponent));
}

bool weights_create(struct weights *weights, const struct norm *norms, uint32_t num_rows)
{
	int largest = ZERO_EXPONENT;
	int smallest = INT_MAX;
	*weights = (struct weights){.values = calloc(num_rows, sizeof(int32_t))};
	for (uint32_t r = 0; r < num_rows; r++) {
		int exponent = normalized(norms[r]).exponent;
		if (exponent == ZERO_EXPONENT)
			continue;
		largest = exponent > largest ? exponent : largest;
		smallest = exponent < smallest ? exponent : smallest;
	}
	const bool wide = largest != ZERO_EXPONENT && largest - smallest > MAX_COMMON_SPAN;
	if (wide)
		weights->exponents = calloc(num_rows, sizeof(int32_t));
	if (!weights->values || (wide && !weights->exponents)) {
		weights_destroy(weights);
		return false;
	}
	for (uint32_t r = 0; r < num_rows; r++) {
		struct norm norm = normalized(norms[r]);
		weights->values[r] = rounded(norm.number, wide ? 0 : norm.exponent - largest);
		if (wide)
			weights->exponents[r] = norm.exponent;
	}
	return true;
}

void weights_destroy(struct weights *weights)
{
	free(weights->values);
	free(weights->exponents);
	*weights = (struct weights){0};
}
