/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "data/exact_float.h"
#include "data/exact_integer.h"
#include "data/exact_sum.h"

enum {
	COLUMNS = 256 /* numbers that are converted at a time */
};

/* dot / sqrt(squares), exactly; `squares` is unused where the sign is 0. */
struct score {
	int sign;
	struct natural dot, squares;
};

static int compare_scores(const struct score *a, const struct score *b)
{
	if (a->sign != b->sign)
		return a->sign < b->sign ? -1 : 1;
	if (a->sign == 0)
		return 0;
	/* Signs are equal, so squares decide, without the divisions. */
	struct natural square, product_a, product_b;
	natural_multiply(&a->dot, &a->dot, &square);
	natural_multiply(&square, &b->squares, &product_a);
	natural_multiply(&b->dot, &b->dot, &square);
	natural_multiply(&square, &a->squares, &product_b);
	return a->sign * natural_compare(&product_a, &product_b);
}

/* Where exact->exact_dots: the filter's dot product is exact, and so is the square of the norm once
 * it is rounded to an integer. */
static void score_filtered(const struct exact *exact, const struct contender *contender,
                           struct score *score)
{
	const double to_integer = ldexp(1.0, 2 * (exact->shift - exact->unit));
	const double norm = exact->norms[contender->item];
	score->sign = natural_from_int128((int64_t)(contender->dot * to_integer), &score->dot);
	natural_from_int128(llrint(norm * norm * to_integer), &score->squares);
}

/* Where exact_sum_fits(). */
static void score_small(const struct exact *exact, const struct exact_sum *sum, uint32_t item,
                        struct score *score)
{
	const uint32_t dim = exact->numbers->source.dim;
	const double to_integer = ldexp(1.0, -exact->unit);
	const double sum_to_integer = ldexp(1.0, exact->shift - exact->unit);
	int128 dot = 0, squares = 0;
	for (uint32_t done = 0; done < dim; done += COLUMNS) {
		double values[COLUMNS];
		const uint32_t width = dim - done < COLUMNS ? dim - done : COLUMNS;
		numbers_columns(exact->numbers, item, done, width, values);
		for (uint32_t c = 0; c < width; c++) {
			/* Rows that scale to small integers are often sparse. */
			if (values[c] == 0.0)
				continue;
			const int64_t value = (int64_t)(values[c] * to_integer);
			dot += (int128)value * (int64_t)(sum->values[done + c] * sum_to_integer);
			squares += (int128)value * value;
		}
	}
	score->sign = natural_from_int128(dot, &score->dot);
	natural_from_int128(squares, &score->squares);
}

/* sum[DIGITS_OF_DOT] = the dot product of an item with the walk's exact sum or, where that is NULL,
 * with itself. Returns how many digits that takes. */
static uint32_t dot_wide(const struct exact *exact, const struct exact_sum *walk, uint32_t item,
                         int64_t *sum)
{
	const uint32_t dim = exact->numbers->source.dim;
	/* Those of a number and of a sum, which has more. DIGITS_OF_DOT are enough for any set. */
	const uint32_t used = 2 * exact->digits + 8;
	memset(sum, 0, used * sizeof(*sum));
	for (uint32_t done = 0; done < dim; done += COLUMNS) {
		double values[COLUMNS];
		const uint32_t width = dim - done < COLUMNS ? dim - done : COLUMNS;
		numbers_columns(exact->numbers, item, done, width, values);
		for (uint32_t c = 0; c < width; c++) {
			int64_t split[DIGITS_OF_DOUBLE];
			uint32_t at = 0;
			if (values[c] == 0.0)
				continue;
			const uint32_t count = digits_split(values[c], exact->unit, split, &at);
			if (walk)
				digits_add_product(sum + at, split, count,
				                   walk->digits + (size_t)(done + c) * exact->digits,
				                   exact->digits);
			else
				digits_add_product(sum + (size_t)2 * at, split, count, split, count);
		}
		digits_balance(sum, used);
	}
	return used;
}

/* For any numbers, from the exact sum's digits. */
static void score_wide(const struct exact *exact, const struct exact_sum *sum, uint32_t item,
                       struct score *score)
{
	int64_t digits[DIGITS_OF_DOT];
	uint32_t used = dot_wide(exact, sum, item, digits);
	score->sign = natural_from_digits(digits, used, &score->dot);
	if (!score->sign)
		return;
	used = dot_wide(exact, NULL, item, digits);
	natural_from_digits(digits, used, &score->squares);
}

/* The score of a contender, in the cheapest way that is exact. */
static void exact_score(const struct exact *exact, const struct exact_sum *sum,
                        const struct contender *contender, struct score *score)
{
	if (exact->exact_dots)
		score_filtered(exact, contender, score);
	else if (exact_sum_fits(exact))
		score_small(exact, sum, contender->item, score);
	else
		score_wide(exact, sum, contender->item, score);
}

/* Whether a and b are positive multiples of each other, which have equal scores. Only says so where
 * products of numbers can be computed without underflow and overflow. */
static bool same_direction(const struct exact *exact, uint32_t a, uint32_t b)
{
	const uint32_t dim = exact->numbers->source.dim;
	if (exact->unit < -FLOAT_EXPONENT || exact->unit + (int)exact->span > FLOAT_EXPONENT)
		return false;
	double pivot_a = 0.0, pivot_b = 0.0;
	uint32_t width = 8; /* Most pairs differ at once. */
	for (uint32_t done = 0; done < dim; done += width, width = COLUMNS) {
		double values_a[COLUMNS], values_b[COLUMNS];
		width = dim - done < width ? dim - done : width;
		numbers_columns(exact->numbers, a, done, width, values_a);
		numbers_columns(exact->numbers, b, done, width, values_b);
		for (uint32_t c = 0; c < width; c++) {
			const double of_a = values_a[c], of_b = values_b[c];
			if (pivot_a == 0.0) {
				if (of_a == 0.0 && of_b == 0.0)
					continue;
				if (!(of_a > 0.0 && of_b > 0.0) && !(of_a < 0.0 && of_b < 0.0))
					return false;
				pivot_a = of_a;
				pivot_b = of_b;
			}
			/* Each product is the rounded one and an error, both exact. */
			const double product = pivot_a * of_b;
			if (product != pivot_b * of_a ||
			    fma(pivot_a, of_b, -product) != fma(pivot_b, of_a, -product))
				return false;
		}
	}
	return true;
}

static bool same_directions(const struct exact *exact, const struct contender *contenders,
                            uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (!same_direction(exact, contenders[0].item, contenders[i].item))
			return false;
	return true;
}

/* The lowest of the `count` items that the filter has left, in any order. */
static VkcResult lowest_exactly(const struct exact *exact, struct exact_sum *sum,
                                const struct contender *contenders, uint32_t count,
                                uint32_t *lowest, bool *tied, struct error *error)
{
	struct score scores[2];
	struct score *best = &scores[0], *other = &scores[1];
	const struct contender *winner = &contenders[0];
	const bool small = exact->exact_dots || exact_sum_fits(exact);
	bool know_best = false;
	*tied = false;
	for (uint32_t i = 1; i < count; i++) {
		const struct contender *contender = &contenders[i];
		int order = 0;
		/* The direction need not be compared where the score is known. */
		if (exact->exact_dots || !same_direction(exact, winner->item, contender->item)) {
			if (!know_best && !small) {
				VkcResult result = exact_sum_digits(sum, exact, error);
				if (result != VKC_SUCCESS)
					return result;
			}
			if (!know_best)
				exact_score(exact, sum, winner, best);
			know_best = true;
			exact_score(exact, sum, contender, other);
			order = compare_scores(other, best);
		}
		if (order < 0) {
			struct score *swap = best;
			best = other;
			other = swap;
			*tied = false;
		} else if (order == 0) {
			*tied = true;
		}
		if (order < 0 || (order == 0 && contender->item < winner->item))
			winner = contender;
	}
	*lowest = winner->item;
	return VKC_SUCCESS;
}

/* Bounds the part of a score's error that is not the sum's. docs/exactness.md derives it. */
static double error_of_products(const struct exact *exact, const struct exact_sum *sum)
{
	return (exact->numbers->source.dim / 4.0 + 32) * 0x1p-53 * sum->length;
}

/* Bounds the error of a score in float64, from above. */
static double error_of_scores(const struct exact *exact, const struct exact_sum *sum)
{
	return (error_of_products(exact, sum) + sum->error_bound) * (1 + 0x1p-18) + 0x1p-500;
}

/* Moves the contenders that may have the lowest score to the front. Returns how many there are. */
static uint32_t filter(const struct exact *exact, const struct exact_sum *sum,
                       struct contender *contenders, uint32_t count)
{
	const double least_norm = ldexp(1.0, -FLOAT_EXPONENT);
	double lowest = INFINITY;
	for (uint32_t i = 0; i < count; i++) {
		struct contender *contender = &contenders[i];
		const double norm = exact->norms[contender->item];
		if (norm == 0.0) {
			contender->dot = contender->score = 0.0;
		} else if (norm < least_norm) {
			contender->score = -INFINITY; /* too small a row for the bound */
			continue;
		} else {
			contender->dot =
				float_dot_row(exact->numbers, exact->shift, contender->item, sum->values);
			contender->score = contender->dot / norm;
		}
		lowest = contender->score < lowest ? contender->score : lowest;
	}
	const double above = lowest + 2 * error_of_scores(exact, sum);
	uint32_t left = 0;
	for (uint32_t i = 0; i < count; i++)
		if (contenders[i].score <= above)
			contenders[left++] = contenders[i];
	return left;
}

VkcResult exact_lowest(const struct exact *exact, struct exact_sum *sum,
                       struct contender *contenders, uint32_t count, uint32_t *lowest,
                       struct exact_counts *counts, struct error *error)
{
	bool tied;
	uint32_t left = filter(exact, sum, contenders, count);
	/* A better sum tells apart most rows that are no multiples of each other, and takes less time
	 * than integers. */
	if (left > 1 && sum->error_bound > error_of_products(exact, sum) &&
	    !same_directions(exact, contenders, left) && exact_sum_renew(sum, exact))
		left = filter(exact, sum, contenders, left);
	if (left == 1) {
		*lowest = contenders[0].item;
		counts->by_filter++;
		return VKC_SUCCESS;
	}
	VkcResult result =
		lowest_exactly(exact, sum, contenders, left, lowest, &tied, error);
	if (result == VKC_SUCCESS) {
		counts->by_integer++;
		counts->ties += tied;
	}
	return result;
}
