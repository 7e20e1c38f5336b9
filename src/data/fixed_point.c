/* SPDX-License-Identifier: MIT */
#include "data/fixed_point.h"

#include <float.h>
#include <math.h>
#include <string.h>

uint32_t type_size(VkcType type)
{
	switch (type) {
	case VKC_FLOAT32:
		return 4;
	case VKC_FLOAT64:
		return 8;
	case VKC_FLOAT16:
		return 2;
	}
	return 0;
}

/* Of a finite number. There are no branches, so that compilers can vectorise loops over it. */
static double from_half(uint16_t half)
{
	const uint64_t sign = (uint64_t)(half & 0x8000) << 48;
	const uint64_t bits = (uint64_t)(half & 0x7fff) << 42;
	/* Read as a double, a half differs in its bias: 15 instead of 1023. Without an exponent it
	 * is subnormal, 2^-14 times its fraction. */
	const uint64_t normal = bits + ((UINT64_C(1023) - 15) << 52);
	const uint64_t raised = bits + ((UINT64_C(1023) - 14) << 52);
	double magnitude, above;
	memcpy(&magnitude, &normal, sizeof(magnitude));
	memcpy(&above, &raised, sizeof(above));
	magnitude = half & 0x7c00 ? magnitude : above - 0x1p-14;
	uint64_t result;
	memcpy(&result, &magnitude, sizeof(result));
	result |= sign;
	memcpy(&magnitude, &result, sizeof(magnitude));
	return magnitude;
}

/* Converts one row to doubles. Uses memcpy because rows may be unaligned. */
static void read_row(const struct source *source, uint32_t row, double *values)
{
	const unsigned char *from = source->data + row * source->stride;
	switch (source->type) {
	case VKC_FLOAT32:
		for (uint32_t c = 0; c < source->dim; c++) {
			float value;
			memcpy(&value, from + (size_t)c * sizeof(value), sizeof(value));
			values[c] = (double)value;
		}
		break;
	case VKC_FLOAT64:
		memcpy(values, from, source->dim * sizeof(double));
		break;
	case VKC_FLOAT16:
		for (uint32_t c = 0; c < source->dim; c++) {
			uint16_t half;
			memcpy(&half, from + (size_t)c * sizeof(half), sizeof(half));
			values[c] = from_half(half);
		}
		break;
	}
}

/* The largest biased exponent in a row; NaN and infinity have the largest of all. Taking an integer
 * maximum of the bits lets compilers vectorise the loop. */
static uint32_t largest_exponent(const struct source *source, uint32_t row)
{
	const unsigned char *from = source->data + row * source->stride;
	uint64_t largest = 0;
	for (uint32_t c = 0; c < source->dim; c++) {
		uint64_t bits = 0;
		switch (source->type) {
		case VKC_FLOAT32: {
			uint32_t word;
			memcpy(&word, from + (size_t)c * sizeof(word), sizeof(word));
			bits = word & 0x7f800000u;
			break;
		}
		case VKC_FLOAT64:
			memcpy(&bits, from + (size_t)c * sizeof(bits), sizeof(bits));
			bits &= 0x7ff0000000000000u;
			break;
		case VKC_FLOAT16: {
			uint16_t half;
			memcpy(&half, from + (size_t)c * sizeof(half), sizeof(half));
			bits = half & 0x7c00u;
			break;
		}
		}
		largest = bits > largest ? bits : largest;
	}
	switch (source->type) {
	case VKC_FLOAT64:
		return (uint32_t)(largest >> 52);
	case VKC_FLOAT16:
		return (uint32_t)(largest >> 10);
	default:
		return (uint32_t)(largest >> 23);
	}
}

static uint32_t special_exponent(VkcType type)
{
	return type == VKC_FLOAT64 ? 0x7ff : type == VKC_FLOAT16 ? 0x1f
	                                                         : 0xff;
}

bool source_is_finite(const struct source *source, uint32_t *row, uint32_t *column)
{
	const uint32_t special = special_exponent(source->type);
	for (uint32_t r = 0; r < source->num_rows; r++) {
		if (largest_exponent(source, r) < special)
			continue;
		struct source number = *source;
		number.data += r * source->stride;
		number.dim = 1;
		uint32_t c = 0;
		for (; largest_exponent(&number, 0) < special; c++)
			number.data += type_size(source->type);
		*row = r;
		*column = c;
		return false;
	}
	return true;
}

int source_exponent(const struct source *source)
{
	uint32_t largest = 0;
	for (uint32_t r = 0; r < source->num_rows; r++) {
		uint32_t exponent = largest_exponent(source, r);
		largest = exponent > largest ? exponent : largest;
	}
	int bias = source->type == VKC_FLOAT64 ? 1023 : source->type == VKC_FLOAT16 ? 15
	                                                                            : 127;
	return (int)largest - bias + 1;
}

/* values *= 2^-exponent, exact unless the result is subnormal. Two factors are needed because
 * 2^1074 is not representable as a double. */
static void scale(double *values, uint32_t count, int exponent)
{
	double first = ldexp(1.0, -exponent / 2);
	double second = ldexp(1.0, -exponent - -exponent / 2);
	for (uint32_t c = 0; c < count; c++)
		values[c] = values[c] * first * second;
}

void source_row(const struct source *source, uint32_t row, int exponent, const double *mean,
                double *values)
{
	read_row(source, row, values);
	if (!mean)
		return;
	if (exponent <= 1023) {
		for (uint32_t c = 0; c < source->dim; c++)
			values[c] -= mean[c];
		return;
	}
	for (uint32_t c = 0; c < source->dim; c++) {
		double difference = values[c] - mean[c];
		values[c] = isfinite(difference) ? difference / 2 : values[c] / 2 - mean[c] / 2;
	}
}

/* The sum of squares in four parts, which do not wait for each other's additions. */
static double sum_of_squares(const double *values, uint32_t count)
{
	double parts[4] = {0};
	uint32_t c = 0;
	for (; c + 4 <= count; c += 4)
		for (int p = 0; p < 4; p++)
			parts[p] += values[c + p] * values[c + p];
	for (; c < count; c++)
		parts[0] += values[c] * values[c];
	return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

/* Bounds the length of fixed - 2^30 values / |values| from above. rounded: the sum of squares of
 * fixed - fl(values * factor), differences which are exact. With u = 2^-53 and the dimension d:
 * - The sum and its root are too small by a factor of at most 1 - (d + 2) u.
 * - The products are off by u each, and so by 2^30 u in length.
 * - The squared norm is off by (d + 1) u, and the root halves that. The root, the quotient and what
 *   was lost when scaling add 3 u. That is the relative error of the factor, times the length
 *   2^30.
 * The constants are twice these, which covers the terms of higher order and the rounding of this
 * bound itself. */
static double length_of_error(double rounded, uint32_t dim)
{
	return sqrt(rounded) * (1 + (dim + 8.0) * 0x1p-52) + (dim + 8.0) * FIXED_ONE * 0x1p-53;
}

double fixed_row(double *values, uint32_t dim, int *exponent, int32_t *fixed, double *error)
{
	*error = 0.0;
	*exponent = 0;
	double largest = 0.0;
	for (uint32_t c = 0; c < dim; c++) {
		double magnitude = fabs(values[c]);
		largest = magnitude > largest ? magnitude : largest;
	}
	if (largest == 0.0) {
		memset(fixed, 0, dim * sizeof(*fixed));
		return 0.0;
	}
	/* With the largest value near 1, squares neither overflow nor underflow. */
	(void)frexp(largest, exponent);
	scale(values, dim, *exponent);
	double squares = 0.0;
	for (uint32_t c = 0; c < dim; c++)
		squares += values[c] * values[c];
	double norm = sqrt(squares);
	double factor = FIXED_ONE / norm;
	for (uint32_t c = 0; c < dim; c++) {
		double scaled = values[c] * factor;
		double rounded = rounded_to_integer(scaled);
		fixed[c] = (int32_t)rounded;
		values[c] = rounded - scaled;
	}
	*error = length_of_error(sum_of_squares(values, dim), dim);
	return norm;
}
