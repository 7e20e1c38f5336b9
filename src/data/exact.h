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
	/* Whether float64 sums of rows are exact, and whether their dot products with rows are. */
	bool exact_sums, exact_dots;
};

/* One of the rows that a decision is between. */
struct contender {
	uint32_t item; /* the row */
	double dot;    /* what exact_lowest() computes: e_j · C times 2^(-2 shift), rounded, */
	double score;  /* and that, divided by the norm */
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
	uint64_t *rows;       /* the rows in `values`, */
	uint32_t num_rows;    /* and how many */
	double *values;       /* dim, times 2^-shift */
	double length;        /* of `values`, rounded */
	double error_bound;   /* of the length of the error of `values`, before it is rounded up */
	uint64_t num_moves;   /* rows added and subtracted since the sum was empty or renewed */
	uint64_t *exact_rows; /* the rows in `digits`, or NULL */
	int64_t *digits;      /* dim x exact->digits, or NULL */
};

/* Divides the work among up to `num_threads` threads. */
VkcResult exact_open(struct exact *exact, const struct numbers *numbers, uint32_t num_threads,
                     struct error *error);
void exact_close(struct exact *exact);

/* The most host memory that one sum takes, in bytes. */
uint64_t exact_sum_bytes(const struct exact *exact);
VkcResult exact_sum_open(struct exact_sum *sum, const struct exact *exact, struct error *error);
void exact_sum_close(struct exact_sum *sum);

/* How many rows have to be added or subtracted to move the sum to a set, or some number that is not
 * below `limit` if so many. */
uint32_t exact_sum_distance(const struct exact_sum *sum, const struct exact *exact,
                            const uint64_t *rows, uint32_t limit);

/* Moves the sum to a set, or to the empty one, or to that of another sum by a copy of it. */
void exact_sum_move(struct exact_sum *sum, const struct exact *exact, const uint64_t *rows);
void exact_sum_empty(struct exact_sum *sum, const struct exact *exact);
void exact_sum_copy(struct exact_sum *sum, const struct exact *exact,
                    const struct exact_sum *from);

/* *lowest = the item, among `count` different ones, with the lowest score after the rows of `sum`.
 * Reorders the contenders. Threads may call this at the same time with different sums. */
VkcResult exact_lowest(const struct exact *exact, struct exact_sum *sum,
                       struct contender *contenders, uint32_t count, uint32_t *lowest,
                       struct exact_counts *counts, struct error *error);

#endif
