/* SPDX-License-Identifier: MIT
 *
 * Rows of floating-point numbers as integers of any length, and the exact order of scores. All
 * rows are multiples of one power of two, the common scale, which is left out: it changes no order.
 * Written to be easy to check, not to be fast. The benchmarks use it as well.
 */
#ifndef EXACT_ROWS_H
#define EXACT_ROWS_H

#include <stdint.h>

#include <gmp.h>

typedef struct ExactRows {
	uint32_t n, d;
	mpz_t *numbers; /* n x d */
	mpz_t *squares; /* n: the squared length of each row */
} ExactRows;

/* `values`: n x d finite numbers. */
ExactRows exact_rows_new(const double *values, uint32_t n, uint32_t d);
void exact_rows_free(ExactRows *rows);

/* `count` integers, all zero. Ends the program if there is no memory. */
mpz_t *exact_integers_new(uint64_t count);
void exact_integers_free(mpz_t *integers, uint64_t count);

/* The dot product of two vectors of d integers. */
void exact_dot(mpz_t dot, mpz_t *a, mpz_t *b, uint32_t d);

/* Compares the scores a_dot / sqrt(a_square) and b_dot / sqrt(b_square): negative, zero or
 * positive, as the first is lower, equal or higher. A square of zero belongs to a zero row, which
 * scores 0. */
int exact_compare(const mpz_t a_dot, const mpz_t a_square, const mpz_t b_dot,
                  const mpz_t b_square);

/* Replaces each number by the float64 that it minus the mean of its column rounds to. The mean is
 * the float64 nearest to the true one. */
void exact_center(double *values, uint32_t n, uint32_t d);

#endif
