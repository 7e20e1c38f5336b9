/* SPDX-License-Identifier: MIT */
#include "data/exact_sum.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/exact_float.h"
#include "data/exact_integer.h"
#include "data/row_set.h"

/* After so many moves for each row of the set of all, the sum is computed anew, since its error
 * bound only grows. */
#define MAX_MOVES 16

/* A sum is renewed only after a move for each of so many of its rows. Until then integers decide:
 * they take longer at first, but then they move with the sum. */
#define ROWS_PER_MOVE 16

/* Columns per pass, whose digits stay in the cache. */
#define DIGIT_COLUMNS 64

static uint32_t num_words(const struct exact *exact)
{
	return row_set_words(exact->numbers->source.num_rows);
}

static uint64_t num_digits(const struct exact *exact)
{
	return (uint64_t)exact->numbers->source.dim * exact->digits;
}

uint64_t exact_sum_bytes(const struct exact *exact)
{
	return exact->numbers->source.dim * sizeof(double) + num_digits(exact) * sizeof(int64_t) +
	       2 * (uint64_t)num_words(exact) * sizeof(uint64_t);
}

static VkcResult out_of_host_memory(uint64_t bytes, struct error *error)
{
	return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
	                 "The host has no memory left for the sum of a walk's rows (%" PRIu64
	                 " bytes): free some.",
	                 bytes);
}

VkcResult exact_sum_open(struct exact_sum *sum, const struct exact *exact, struct error *error)
{
	const uint32_t dim = exact->numbers->source.dim;
	*sum = (struct exact_sum){
		.rows = calloc(num_words(exact), sizeof(*sum->rows)),
		.values = calloc(dim, sizeof(*sum->values)),
	};
	if (sum->rows && sum->values)
		return VKC_SUCCESS;
	exact_sum_close(sum);
	return out_of_host_memory(exact_sum_bytes(exact), error);
}

void exact_sum_close(struct exact_sum *sum)
{
	free(sum->rows);
	free(sum->values);
	free(sum->exact_rows);
	free(sum->digits);
	*sum = (struct exact_sum){0};
}

uint32_t exact_sum_distance(const struct exact_sum *sum, const struct exact *exact,
                            const uint64_t *rows, uint32_t limit)
{
	return row_set_distance(sum->rows, rows, num_words(exact), limit);
}

void exact_sum_copy(struct exact_sum *sum, const struct exact *exact,
                    const struct exact_sum *from)
{
	memcpy(sum->rows, from->rows, num_words(exact) * sizeof(*sum->rows));
	memcpy(sum->values, from->values, exact->numbers->source.dim * sizeof(*sum->values));
	sum->num_rows = from->num_rows;
	sum->length = from->length;
	sum->error_bound = from->error_bound;
	sum->num_moves = from->num_moves;
}

/* A list of the rows that are in one set but not in another. */
struct difference {
	const uint64_t *in, *not_in;
	uint32_t num_words;
	uint32_t word; /* the next word to look at */
	uint64_t rows; /* rows left of the word before */
};

/* Lists up to `max` of the rows. Returns 0 at the end. */
static uint32_t next_rows(struct difference *difference, uint32_t *rows, uint32_t max)
{
	uint32_t count = 0;
	while (count < max) {
		if (difference->rows) {
			rows[count++] =
				64 * (difference->word - 1) + (uint32_t)__builtin_ctzll(difference->rows);
			difference->rows &= difference->rows - 1;
		} else if (difference->word < difference->num_words) {
			const uint32_t word = difference->word++;
			difference->rows = difference->in[word] & ~difference->not_in[word];
		} else {
			break;
		}
	}
	return count;
}

/* Adds rows to `values`, or subtracts them. Returns the most that the sum can have grown to. */
static double move_values(struct exact_sum *sum, const struct exact *exact,
                          struct difference difference, double sign, double longest)
{
	/* Each addition rounds by at most 2^-53 of the sum that it makes. */
	const double rounding = exact->exact_sums ? 0.0 : 0x1p-53;
	uint32_t rows[256];
	uint32_t count;
	while ((count = next_rows(&difference, rows, sizeof(rows) / sizeof(rows[0])))) {
		float_add_rows(exact->numbers, exact->shift, rows, count, sign, sum->values);
		for (uint32_t i = 0; i < count; i++) {
			longest += exact->norms[rows[i]];
			sum->error_bound += rounding * longest;
		}
		sum->num_moves += count;
		sum->num_rows += sign > 0.0 ? count : -count;
	}
	return longest;
}

void exact_sum_empty(struct exact_sum *sum, const struct exact *exact)
{
	memset(sum->values, 0, exact->numbers->source.dim * sizeof(*sum->values));
	memset(sum->rows, 0, num_words(exact) * sizeof(*sum->rows));
	sum->num_rows = 0;
	sum->length = 0.0;
	sum->error_bound = 0.0;
	sum->num_moves = 0;
}

void exact_sum_move(struct exact_sum *sum, const struct exact *exact, const uint64_t *rows)
{
	const uint32_t dim = exact->numbers->source.dim;
	const uint32_t words = num_words(exact);
	if (sum->num_moves > MAX_MOVES * (uint64_t)exact->numbers->source.num_rows)
		exact_sum_empty(sum, exact);
	const struct difference added = {.in = rows, .not_in = sum->rows, .num_words = words};
	const struct difference removed = {.in = sum->rows, .not_in = rows, .num_words = words};
	const double longest = move_values(sum, exact, added, 1.0, sum->length);
	move_values(sum, exact, removed, -1.0, longest);
	memcpy(sum->rows, rows, words * sizeof(*rows));
	sum->length = sqrt(float_squares(sum->values, dim));
}

bool exact_sum_renew(struct exact_sum *sum, const struct exact *exact)
{
	const uint32_t num_rows = exact->numbers->source.num_rows, dim = exact->numbers->source.dim;
	const double growth = sum->num_rows * 0x1p-53;
	double norms = 0.0;
	if (ROWS_PER_MOVE * sum->num_moves <= sum->num_rows)
		return false;
	for (uint32_t row = 0; row < num_rows; row++)
		if (row_set_has(sum->rows, row))
			norms += exact->norms[row];
	const double error_bound = 0x1p-53 * sum->length + growth * growth * norms;
	if (sum->error_bound <= 2 * error_bound)
		return false;
	double *low = calloc(dim, sizeof(*low));
	if (!low)
		return false; /* exact integers decide */
	memset(sum->values, 0, dim * sizeof(*sum->values));
	for (uint32_t row = 0; row < num_rows; row++)
		if (row_set_has(sum->rows, row))
			float_add_compensated(exact->numbers, exact->shift, row, sum->values, low);
	for (uint32_t c = 0; c < dim; c++)
		sum->values[c] += low[c];
	free(low);
	sum->length = sqrt(float_squares(sum->values, dim));
	sum->error_bound = 0x1p-53 * sum->length + growth * growth * norms;
	sum->num_moves = 0;
	return true;
}

bool exact_sum_fits(const struct exact *exact)
{
	/* Each of dim products is below 2^(53 + span), and each square below 2^(2 span). The last
	 * condition keeps powers of two that convert between units normal numbers. */
	return exact->exact_sums && exact->numbers->source.dim < 1u << 20 &&
	       exact->unit > -1000 && exact->unit < 1000;
}

/* Adds columns first … first + count - 1 of a row to the digits of these columns. */
static void move_digits(const struct exact *exact, uint32_t row, uint32_t first, uint32_t count,
                        int sign, int64_t *digits)
{
	double values[DIGIT_COLUMNS];
	numbers_columns(exact->numbers, row, first, count, values);
	for (uint32_t c = 0; c < count; c++) {
		int64_t split[DIGITS_OF_DOUBLE];
		uint32_t at = 0;
		const uint32_t used = digits_split(values[c], exact->unit, split, &at);
		for (uint32_t i = 0; i < used; i++)
			digits[(size_t)c * exact->digits + at + i] += sign * split[i];
	}
}

static void balance(const struct exact *exact, uint32_t count, int64_t *digits)
{
	for (uint32_t c = 0; c < count; c++)
		digits_balance(digits + (size_t)c * exact->digits, exact->digits);
}

VkcResult exact_sum_digits(struct exact_sum *sum, const struct exact *exact, struct error *error)
{
	enum {
		ROWS_UNCARRIED = 1 << 20 /* with digits of 32 bits, far from overflow */
	};
	const uint32_t dim = exact->numbers->source.dim;
	const uint32_t words = num_words(exact);
	if (!sum->digits)
		sum->digits = calloc(num_digits(exact), sizeof(*sum->digits));
	if (!sum->exact_rows)
		sum->exact_rows = calloc(words, sizeof(*sum->exact_rows));
	if (!sum->digits || !sum->exact_rows)
		return out_of_host_memory(exact_sum_bytes(exact), error);
	for (uint32_t done = 0; done < dim; done += DIGIT_COLUMNS) {
		const uint32_t width = dim - done < DIGIT_COLUMNS ? dim - done : DIGIT_COLUMNS;
		int64_t *digits = sum->digits + (size_t)done * exact->digits;
		struct difference differences[] = {
			{.in = sum->rows, .not_in = sum->exact_rows, .num_words = words},
			{.in = sum->exact_rows, .not_in = sum->rows, .num_words = words},
		};
		uint32_t row, moved = 0;
		for (int d = 0; d < 2; d++)
			while (next_rows(&differences[d], &row, 1)) {
				move_digits(exact, row, done, width, d ? -1 : 1, digits);
				if (++moved % ROWS_UNCARRIED == 0)
					balance(exact, width, digits);
			}
		balance(exact, width, digits);
	}
	memcpy(sum->exact_rows, sum->rows, words * sizeof(*sum->rows));
	return VKC_SUCCESS;
}
