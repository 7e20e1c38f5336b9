/* SPDX-License-Identifier: MIT
 *
 * The definitions in float64, fast enough for large sets: matrix products in blocks by
 * OpenBLAS. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "data.h"

struct reference {
	const struct data *data;
	double *units; /* n x d */
	double *norms;
};

struct reference reference_open(const struct data *data);
void reference_close(struct reference *reference);

/* The largest error in rows of a similarity matrix, of which `rows` holds num_rows from
 * first_row on; at most 64 of them are looked at, evenly spread. `upper`: only what lies
 * on and above the diagonal is there. */
double reference_error(const struct reference *reference, const float *rows, uint32_t first_row,
                       uint32_t num_rows, bool upper);

/* Replays a sequence: how many of its elements, the start not counted, are the choice of
 * float64 sums behind the same elements. Scores that differ by less than such sums can tell
 * count as ties, which go to the lowest index. *miss grows to the most by which another choice's
 * score is above the lowest, in units of the largest norm. */
uint64_t reference_equal(const struct reference *reference, const uint32_t *sequence,
                         uint32_t length, double *miss);

#endif
