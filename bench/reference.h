/* SPDX-License-Identifier: MIT
 *
 * Reference results in float64. Uses blocked matrix products of OpenBLAS, to be fast enough
 * for large sets. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "data.h"

struct reference {
	const struct data *data;
	double *units; /* n x d, rows of length 1 */
	double *norms; /* n lengths of rows */
};

struct reference reference_open(const struct data *data);
void reference_close(struct reference *reference);

/* Returns the largest error in rows of a similarity matrix. `rows` holds num_rows rows,
 * beginning with first_row; at most 64 of them, evenly spread, are checked. `upper`: only the
 * diagonal and what is above it are valid. */
double reference_error(const struct reference *reference, const float *rows, uint32_t first_row,
                       uint32_t num_rows, bool upper);

/* Replays a sequence. Returns how many of its elements, without the start, are what float64 sums
 * would choose after the same elements. Scores that differ by less than the rounding error of
 * such sums count as ties, which go to the lowest index. Raises *miss to the largest difference
 * between the score of a different choice and the lowest score, in units of the largest norm. */
uint64_t reference_equal(const struct reference *reference, const uint32_t *sequence,
                         uint32_t length, double *miss);

#endif
