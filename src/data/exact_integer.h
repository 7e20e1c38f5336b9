/* SPDX-License-Identifier: MIT
 *
 * Integers of up to some 13,000 bits, wide enough for exact decisions on any float64 numbers. They
 * live in arrays of fixed size: nothing here allocates or fails.
 *
 * Sums are arrays of digits of 32 bits in int64_t, the lowest first. Many numbers may be added to
 * each digit before digits_balance() carries. A balanced digit is at most 2^31 in magnitude, so
 * that the product of two fits an int64_t. */
#ifndef VKC_EXACT_INTEGER_H
#define VKC_EXACT_INTEGER_H

#include <stdint.h>

#include "base/int128.h"

enum {
	DIGITS_OF_DOUBLE = 3, /* balanced digits of one float64 number, from its lowest on */
	DIGITS_OF_SUM = 68,   /* of a sum of 2^32 float64 numbers */
	DIGITS_OF_DOT = 144,  /* of a dot product of 2^32 such sums with float64 numbers */
	DIGITS_OF_NATURAL = 3 * DIGITS_OF_DOT
};

/* digits[DIGITS_OF_DOUBLE] = the balanced digits of value / 2^unit, an integer, without the *at
 * lowest, which are 0. Returns how many there are: 0 for zero. */
uint32_t digits_split(double value, int unit, int64_t *digits, uint32_t *at);

/* Carries, so that all digits are balanced. The number must fit `count` digits. */
void digits_balance(int64_t *digits, uint32_t count);

/* sum += a b, both balanced. Each digit of `sum` changes by less than 2^33 times the lower of
 * num_a, num_b. */
void digits_add_product(int64_t *sum, const int64_t *a, uint32_t num_a, const int64_t *b,
                        uint32_t num_b);

/* A number >= 0: count digits, the highest not 0, times 2^(32 zeros). */
struct natural {
	uint32_t count;
	uint32_t zeros;
	uint32_t digits[DIGITS_OF_NATURAL];
};

/* *natural = the magnitude of the number. Returns its sign, -1, 0 or 1. Changes digits[]. */
int natural_from_digits(int64_t *digits, uint32_t count, struct natural *natural);
int natural_from_int128(int128 number, struct natural *natural);

/* *product = a b, which must fit, and is neither of them. */
void natural_multiply(const struct natural *a, const struct natural *b, struct natural *product);

/* Negative, 0 or positive as a is less than, equal to or greater than b. */
int natural_compare(const struct natural *a, const struct natural *b);

#endif
