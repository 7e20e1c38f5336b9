/* SPDX-License-Identifier: MIT */
#include "data/exact_integer.h"

#include <stdbool.h>
#include <string.h>

#define DIGIT_BITS 32
#define DIGIT_BASE (INT64_C(1) << DIGIT_BITS)
#define DIGIT_MASK (DIGIT_BASE - 1)

/* What is carried from a digit to the next one, so that a balanced one is left. */
static int64_t carry_of(int64_t digit)
{
	return (digit + DIGIT_BASE / 2) >> DIGIT_BITS;
}

uint32_t digits_split(double value, int unit, int64_t *digits, uint32_t *at)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof(bits));
	uint64_t mantissa = bits & 0xfffffffffffffu;
	int exponent = (int)(bits >> 52 & 0x7ff);
	if (exponent)
		mantissa |= UINT64_C(1) << 52;
	else
		exponent = 1;
	if (!mantissa)
		return 0;
	int zeros = __builtin_ctzll(mantissa);
	uint32_t shift = (uint32_t)(exponent - 1075 + zeros - unit);
	*at = shift / DIGIT_BITS;
	uint128 shifted = (uint128)(mantissa >> zeros) << shift % DIGIT_BITS;
	const bool negative = bits >> 63;
	uint32_t count = 0;
	int64_t carry = 0;
	/* At most 84 bits: nothing is carried out of the third digit. */
	while (shifted || carry) {
		int64_t digit = (int64_t)(shifted & DIGIT_MASK) + carry;
		carry = carry_of(digit);
		digit -= carry * DIGIT_BASE;
		digits[count++] = negative ? -digit : digit;
		shifted >>= DIGIT_BITS;
	}
	return count;
}

void digits_balance(int64_t *digits, uint32_t count)
{
	int64_t carry = 0;
	for (uint32_t i = 0; i < count; i++) {
		int64_t digit = digits[i] + carry;
		carry = carry_of(digit);
		digits[i] = digit - carry * DIGIT_BASE;
	}
}

void digits_add_product(int64_t *sum, const int64_t *a, uint32_t num_a, const int64_t *b,
                        uint32_t num_b)
{
	for (uint32_t i = 0; i < num_a; i++)
		for (uint32_t j = 0; j < num_b; j++) {
			int64_t product = a[i] * b[j];
			sum[i + j] += product & DIGIT_MASK;
			sum[i + j + 1] += product >> DIGIT_BITS;
		}
}

/* Removes zeros at both ends; `count` digits are there. */
static void trim(struct natural *natural, uint32_t count)
{
	while (count && !natural->digits[count - 1])
		count--;
	uint32_t zeros = 0;
	while (zeros < count && !natural->digits[zeros])
		zeros++;
	natural->count = count - zeros;
	natural->zeros = zeros;
	if (zeros)
		memmove(natural->digits, natural->digits + zeros,
		        natural->count * sizeof(*natural->digits));
}

int natural_from_digits(int64_t *digits, uint32_t count, struct natural *natural)
{
	digits_balance(digits, count);
	while (count && !digits[count - 1])
		count--;
	natural->count = natural->zeros = 0;
	if (!count)
		return 0;
	const int sign = digits[count - 1] < 0 ? -1 : 1;
	int64_t carry = 0;
	for (uint32_t i = 0; i < count; i++) {
		int64_t digit = sign * digits[i] + carry;
		carry = digit >> DIGIT_BITS;
		natural->digits[i] = (uint32_t)(digit & DIGIT_MASK);
	}
	trim(natural, count);
	return sign;
}

int natural_from_int128(int128 number, struct natural *natural)
{
	uint128 magnitude = (uint128)(number < 0 ? -number : number);
	for (uint32_t i = 0; i < 4; i++)
		natural->digits[i] = (uint32_t)(magnitude >> i * DIGIT_BITS);
	trim(natural, 4);
	return (number > 0) - (number < 0);
}

void natural_multiply(const struct natural *a, const struct natural *b, struct natural *product)
{
	memset(product->digits, 0, (a->count + b->count) * sizeof(*product->digits));
	for (uint32_t i = 0; i < a->count; i++) {
		uint64_t carry = 0;
		for (uint32_t j = 0; j < b->count; j++) {
			carry += (uint64_t)a->digits[i] * b->digits[j] + product->digits[i + j];
			product->digits[i + j] = (uint32_t)carry;
			carry >>= DIGIT_BITS;
		}
		product->digits[i + b->count] = (uint32_t)carry;
	}
	trim(product, a->count + b->count);
	product->zeros += a->zeros + b->zeros;
}

int natural_compare(const struct natural *a, const struct natural *b)
{
	if (!a->count || !b->count)
		return (a->count > 0) - (b->count > 0);
	const uint32_t top_a = a->count + a->zeros, top_b = b->count + b->zeros;
	if (top_a != top_b)
		return top_a < top_b ? -1 : 1;
	uint32_t i = 1;
	for (; i <= a->count && i <= b->count; i++) {
		uint32_t digit_a = a->digits[a->count - i], digit_b = b->digits[b->count - i];
		if (digit_a != digit_b)
			return digit_a < digit_b ? -1 : 1;
	}
	/* The lowest digit of either is not 0, so the longer one is greater. */
	return (a->count > b->count) - (a->count < b->count);
}
