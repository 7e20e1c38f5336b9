/* SPDX-License-Identifier: MIT */
#include "exact_rows.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Integers ---------------------------------------------------------------- */

mpz_t *exact_integers_new(uint64_t count)
{
	mpz_t *integers = malloc((count ? count : 1) * sizeof(*integers));

	if (!integers) {
		fprintf(stderr, "No memory for %llu integers.\n", (unsigned long long)count);
		exit(EXIT_FAILURE);
	}
	for (uint64_t i = 0; i < count; i++)
		mpz_init(integers[i]);
	return integers;
}

void exact_integers_free(mpz_t *integers, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		mpz_clear(integers[i]);
	free(integers);
}

void exact_dot(mpz_t dot, mpz_t *a, mpz_t *b, uint32_t d)
{
	mpz_set_ui(dot, 0);
	for (uint32_t c = 0; c < d; c++)
		mpz_addmul(dot, a[c], b[c]);
}

/* ---- Rows -------------------------------------------------------------------- */

/* Splits a number into mantissa * 2^exponent, both integers. */
static int64_t mantissa_of(double value, int *exponent)
{
	int64_t mantissa = (int64_t)ldexp(frexp(value, exponent), 53);

	*exponent -= 53;
	return mantissa;
}

ExactRows exact_rows_new(const double *values, uint32_t n, uint32_t d)
{
	uint64_t count = (uint64_t)n * d;
	ExactRows rows = {
		.n = n,
		.d = d,
		.numbers = exact_integers_new(count),
		.squares = exact_integers_new(n),
	};
	int lowest = INT_MAX;
	int exponent;

	for (uint64_t i = 0; i < count; i++) {
		if (values[i] != 0 && mantissa_of(values[i], &exponent) && exponent < lowest)
			lowest = exponent;
	}
	for (uint64_t i = 0; i < count; i++) {
		int64_t mantissa = mantissa_of(values[i], &exponent);

		mpz_set_si(rows.numbers[i], mantissa);
		if (mantissa)
			mpz_mul_2exp(rows.numbers[i], rows.numbers[i], (mp_bitcnt_t)(exponent - lowest));
	}
	for (uint32_t i = 0; i < n; i++) {
		mpz_t *row = rows.numbers + (uint64_t)i * d;

		exact_dot(rows.squares[i], row, row, d);
	}
	return rows;
}

void exact_rows_free(ExactRows *rows)
{
	exact_integers_free(rows->numbers, (uint64_t)rows->n * rows->d);
	exact_integers_free(rows->squares, rows->n);
	*rows = (ExactRows){0};
}

/* ---- Scores ------------------------------------------------------------------ */

int exact_compare(const mpz_t a_dot, const mpz_t a_square, const mpz_t b_dot,
                  const mpz_t b_square)
{
	int sign = mpz_sgn(a_dot);
	mpz_t a, b;
	int order;

	if (sign != mpz_sgn(b_dot))
		return sign - mpz_sgn(b_dot);
	/* The order of a_dot^2 / a_square and b_dot^2 / b_square. For a zero row, both dots are zero
	 * here, and so are both products. */
	mpz_inits(a, b, NULL);
	mpz_mul(a, a_dot, a_dot);
	mpz_mul(a, a, b_square);
	mpz_mul(b, b_dot, b_dot);
	mpz_mul(b, b, a_square);
	order = mpz_cmp(a, b);
	mpz_clears(a, b, NULL);
	return sign > 0 ? order : -order;
}

/* ---- Centring ---------------------------------------------------------------- */

/* How far a number is from an exact one. */
static void distance(mpq_t result, double value, const mpq_t exact)
{
	mpq_set_d(result, value);
	mpq_sub(result, result, exact);
	mpq_abs(result, result);
}

static int is_even(double value)
{
	int exponent;

	/* Subnormal numbers have fewer bits than mantissa_of() returns. */
	return fabs(value) < 0x1p-1022 ? fmod(value / 0x1p-1074, 2) == 0
	                               : mantissa_of(value, &exponent) % 2 == 0;
}

/* The nearest float64; of two, the even one. */
static double nearest(const mpq_t exact)
{
	double toward_zero = mpq_get_d(exact);
	double away = nextafter(toward_zero, mpq_sgn(exact) < 0 ? -INFINITY : INFINITY);
	mpq_t a, b;
	int order;

	mpq_inits(a, b, NULL);
	distance(a, toward_zero, exact);
	distance(b, away, exact);
	order = mpq_cmp(a, b);
	mpq_clears(a, b, NULL);
	if (order == 0)
		return is_even(toward_zero) ? toward_zero : away;
	return order < 0 ? toward_zero : away;
}

void exact_center(double *values, uint32_t n, uint32_t d)
{
	mpq_t sum, number;

	mpq_inits(sum, number, NULL);
	for (uint32_t c = 0; c < d; c++) {
		double mean;

		mpq_set_ui(sum, 0, 1);
		for (uint32_t i = 0; i < n; i++) {
			mpq_set_d(number, values[(uint64_t)i * d + c]);
			mpq_add(sum, sum, number);
		}
		mpq_set_ui(number, n, 1);
		mpq_div(sum, sum, number);
		mean = nearest(sum);
		for (uint32_t i = 0; i < n; i++)
			values[(uint64_t)i * d + c] -= mean;
	}
	mpq_clears(sum, number, NULL);
}
