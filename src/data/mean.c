/* SPDX-License-Identifier: MIT */
#include "data/mean.h"

#include <math.h>
#include <string.h>

#include "data/exact_integer.h"

enum {
	COLUMNS = 256, /* columns per pass */
	/* Exact sums: the unit is the least float64 number. */
	UNIT = -1074,
	ROWS_UNCARRIED = 1 << 20 /* digits of 32 bits, far from overflow */
};

/* Column sums: high + low, but for an error of at most num_rows 2^-53 lost. */
struct sums {
	double high[COLUMNS];
	double low[COLUMNS];  /* the sum of what rounding took from high */
	double lost[COLUMNS]; /* the sum of its magnitudes */
};

/* Adds a row (Knuth's TwoSum). */
static void add_row(const double *values, uint32_t count, struct sums *sums)
{
	for (uint32_t c = 0; c < count; c++) {
		double high = sums->high[c];
		double sum = high + values[c];
		double added = sum - high;
		double rest = (high - (sum - added)) + (values[c] - added);
		sums->low[c] += rest;
		sums->lost[c] += fabs(rest);
		sums->high[c] = sum;
	}
}

/* Divides by num_rows. Returns false where the errors leave the rounding of the mean open. */
static bool divide(double high, double low, double lost, double num_rows, double *mean)
{
	*mean = high / num_rows;
	/* Nothing was lost, so that the sum is exact and one division rounds it. */
	if (lost == 0.0)
		return true;
	/* A sum that overflows has made `lost` NaN, and the comparison at the end fails. */
	/* What follows needs to be far from subnormal numbers. */
	if (fabs(*mean) < 0x1p-900)
		return false;
	const double rest = fma(-*mean, num_rows, high) + low;
	const double more = rest / num_rows;
	/* Twice the bound of the errors: of low, and of the two roundings of `more`. */
	const double error = 2 * (lost + 2 * fabs(rest) / num_rows) * 0x1p-53;
	const double quotient = *mean;
	*mean = quotient + (more + error);
	return *mean == quotient + (more - error);
}

/* Rounds number / divisor times 2^UNIT, > 0, to float64, ties to even. */
static double round_quotient(const struct natural *number, uint32_t divisor)
{
	/* The quotient has 32 bits after the point, which is as many as subnormal means need. */
	uint32_t quotient[DIGITS_OF_SUM + 1] = {0};
	uint64_t remainder = 0;
	uint32_t count = number->count + number->zeros + 1;
	for (uint32_t i = count; i-- > 0;) {
		const uint32_t below = number->zeros + 1; /* zeros and the digit after the point */
		remainder = remainder << 32 | (i < below ? 0 : number->digits[i - below]);
		quotient[i] = (uint32_t)(remainder / divisor);
		remainder %= divisor;
	}
	while (count > 1 && !quotient[count - 1])
		count--;
	/* The highest 64 bits, and whether others are set. */
	const int zeros = __builtin_clz(quotient[count - 1]);
	uint128 bits = 0;
	for (uint32_t i = 1; i <= 3; i++)
		bits = bits << 32 | (count >= i ? quotient[count - i] : 0);
	bits <<= zeros;
	const uint64_t top = (uint64_t)(bits >> 32);
	bool more = remainder > 0 || (uint32_t)bits != 0;
	for (uint32_t i = 4; i <= count; i++)
		more |= quotient[count - i] != 0;

	const int exponent = 32 * ((int)count - 1) - zeros + UNIT; /* of the first bit, plus 1 */
	const int kept_bits = exponent - UNIT < 53 ? exponent - UNIT : 53;
	if (kept_bits < 0)
		return 0.0;
	const uint64_t half = UINT64_C(1) << 63;
	uint64_t kept = kept_bits ? top >> (64 - kept_bits) : 0;
	uint64_t dropped = top << kept_bits;
	kept += dropped > half || (dropped == half && (more || kept & 1));
	return ldexp((double)kept, exponent - kept_bits);
}

/* The mean of the first column, in exact integers. */
static double exact_mean(const struct source *column)
{
	int64_t digits[DIGITS_OF_SUM] = {0};
	for (uint32_t r = 0; r < column->num_rows; r++) {
		double value;
		int64_t split[DIGITS_OF_DOUBLE];
		uint32_t at = 0;
		source_row(column, r, 0, NULL, &value);
		const uint32_t count = digits_split(value, UNIT, split, &at);
		for (uint32_t i = 0; i < count; i++)
			digits[at + i] += split[i];
		if (r % ROWS_UNCARRIED == ROWS_UNCARRIED - 1)
			digits_balance(digits, DIGITS_OF_SUM);
	}
	struct natural sum;
	const int sign = natural_from_digits(digits, DIGITS_OF_SUM, &sum);
	/* Without rows the sum is 0, too. */
	return sign && column->num_rows ? sign * round_quotient(&sum, column->num_rows) : 0.0;
}

void source_mean(const struct source *source, double *mean)
{
	struct source columns = *source;
	for (uint32_t done = 0; done < source->dim; done += columns.dim) {
		double values[COLUMNS];
		struct sums sums = {0};
		columns.data = source->data + (size_t)done * type_size(source->type);
		columns.dim = source->dim - done < COLUMNS ? source->dim - done : COLUMNS;
		for (uint32_t r = 0; r < source->num_rows; r++) {
			source_row(&columns, r, 0, NULL, values);
			add_row(values, columns.dim, &sums);
		}
		for (uint32_t c = 0; c < columns.dim; c++) {
			struct source column = columns;
			column.data += (size_t)c * type_size(source->type);
			column.dim = 1;
			if (!divide(sums.high[c], sums.low[c], sums.lost[c], source->num_rows,
			            &mean[done + c]))
				mean[done + c] = exact_mean(&column);
		}
	}
}
