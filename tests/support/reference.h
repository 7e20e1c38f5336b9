/* SPDX-License-Identifier: MIT
 *
 * What the results mean, in plain float64: the judge of every test. It shares no
 * code with the library. Rows are packed doubles, numbered from 0.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stddef.h>
#include <stdint.h>

/* The length of a row. */
double reference_norm(const double *row, uint32_t d);

/* Subtracts the mean row from every row. */
void reference_center(double *rows, uint32_t n, uint32_t d);

/* The cosine of two rows; 0 when one of them is zero. */
double reference_similarity(const double *a, const double *b, uint32_t d);

/* All n x n cosines. */
void reference_matrix(const double *rows, uint32_t n, uint32_t d, double *matrix);

/* The k other items with the highest similarity to `row`, of which `similarities`
 * holds the n values; highest first, ties by lowest index. */
void reference_neighbors(const float *similarities, uint32_t n, uint32_t row, uint32_t k,
                         uint32_t *indices);

/* The first `length` elements of the diversity sequence from `start`. */
void reference_sequence(const double *rows, uint32_t n, uint32_t d, uint32_t start,
                        uint32_t length, uint32_t *sequence);

/* The rule a sequence has to keep, replayed element by element behind its first
 * `prefix_length`. A score is the cosine with the mean of the chosen rows times the
 * length of that mean. Wherever the best two scores differ by more than 1e-6 of the
 * largest norm the sequence chose the best one; it never chose one worse than the
 * best by more than that, nor a row before an identical one of lower index, and it
 * repeats nothing. Returns 1, or 0 with a sentence in `message`. `differences`
 * becomes the number of elements that are not the best one to the last bit. */
int reference_check_sequence(const double *rows, uint32_t n, uint32_t d,
                             const uint32_t *sequence, uint32_t length,
                             uint32_t prefix_length, uint32_t *differences, char *message,
                             size_t message_size);

#endif
