/* SPDX-License-Identifier: MIT
 *
 * Decisions by exact arithmetic: which of several rows e_j has the lowest e_j · C / |e_j|, where C
 * is the exact sum of the rows that a walk has chosen. A zero row scores 0. Equal scores, and only
 * those, go to the lowest index.
 *
 * A filter in float64 with an error bound decides nearly all cases; exact integers decide the rest.
 * docs/exactness.md derives the bound. */
#ifndef VKC_EXACT_H
#define VKC_EXACT_H

#include "base/error.h"
#include "data/numbers.h"

/* What is computed once per upload. Every number is an integer times 2^unit and less than
 * 2^(unit + span) in magnitude. */
struct exact {
	const struct numbers *numbers;
	int unit;
	uint32_t span;
	int shift;       /* the filter works on the numbers times 2^-shift; mostly 0 */
	uint32_t digits; /* of a number in an exact sum */
	double *norms;   /* of the rows, times 2^-shift, rounded; 0 for zero rows and no others */
};

/* How decisions were made. */
struct exact_counts {
	uint64_t by_filter;  /* by float64 and its bound */
	uint64_t by_integer; /* by exact integers, or by equal directions */
	uint64_t ties;       /* of these, between equal scores */
};

/* The sum of a set of rows: in float64 with an error bound, and, from the first decision on that
 * needs it, exactly. A sum moves from set to set: only rows in which they differ cost time. Sets
 * are those of row_set.h. */
struct exact_sum {
	uint64_t *rows;       /* the rows in `values` */
	double *values;       /* dim, times 2^-shift */
	double length;        /* of `values`, rounded */
	double error_bound;   /* of the length of the error of `values`, before it is rounded up */
	uint64_t num_moves;   /* rows added and subtracted since the sum was empty */
	uint64_t *exact_rows; /* the rows in `digits`, or NULL */
	int64_t *digits;      /* dim x exact->digits, or NULL */
};

VkcResult exact_open(struct exact *exact, const struct numbers *numbers, struct error *error);
void exact_close(struct exact *exact);

/* The most host memory that one sum takes, in bytes. */
uint64_t exact_sum_bytes(const struct exact *exact);
VkcResult exact_sum_open(struct exact_sum *sum, const struct exact *exact, struct error *error);
void exact_sum_close(struct exact_sum *sum);

/* How many rows have to be added or subtracted to move the sum to a set. */
uint32_t exact_sum_distance(const struct exact_sum *sum, const struct exact *exact,
                            const uint64_t *rows);

/* *lowest = the item, among `count` different ones, with the lowest score after the rows `chosen`.
 * Moves the sum there. Threads may call this at the same time with different sums. */
VkcResult exact_lowest(const struct exact *exact, struct exact_sum *sum, const uint64_t *chosen,
                       const uint32_t *items, uint32_t count, uint32_t *lowest,
                       struct exact_counts *counts, struct error *error);

#endif
