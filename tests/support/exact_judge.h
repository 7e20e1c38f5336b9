/* SPDX-License-Identifier: MIT
 *
 * Diversity sequences in exact arithmetic. The rule: each element after the prefix is the unused
 * row e with the lowest (e · C) / |e|, C the sum of the rows chosen so far. A zero row scores 0; if
 * C is zero, all rows do. Equal scores, and only those, go to the lowest index. It shares no code
 * with the library.
 */
#ifndef EXACT_JUDGE_H
#define EXACT_JUDGE_H

#include "exact_rows.h"

typedef struct ExactJudge {
	ExactRows rows;
	mpz_t *products; /* n x n: dot products of all pairs */
	mpz_t *dots;     /* n: of each row with the sum of those chosen */
	uint8_t *used;   /* n */
} ExactJudge;

/* The first wrong element of a sequence. */
typedef struct ExactFault {
	uint32_t position;
	uint32_t expected, actual;
	double expected_cosine, actual_cosine; /* with the mean */
	double difference;                     /* of these, computed before they are rounded */
	const char *reason;                    /* NULL: another item has a lower score or index */
} ExactFault;

/* `values`: n x d numbers as uploaded; where the upload is centred, after exact_center(). */
ExactJudge exact_judge_new(const double *values, uint32_t n, uint32_t d);
void exact_judge_free(ExactJudge *judge);

/* Computes the first `length` elements of the sequence that begins with `prefix`. */
void exact_judge_sequence(ExactJudge *judge, const uint32_t *prefix, uint32_t prefix_length,
                          uint32_t length, uint32_t *sequence);

/* Counts the elements after the prefix that are wrong, given the elements before them. If there are
 * any, *fault describes the first. After an element that does not exist or is used already, all
 * count as wrong. */
uint32_t exact_judge_count_wrong(ExactJudge *judge, const uint32_t *sequence,
                                 uint32_t prefix_length, uint32_t length, ExactFault *fault);

#endif
