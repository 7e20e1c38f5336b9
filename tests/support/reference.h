/* SPDX-License-Identifier: MIT
 *
 * What the results mean, in plain float64: the reference of every test. It shares no code with the
 * library. Rows are packed doubles, numbered from 0.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stddef.h>
#include <stdint.h>

/* The length of a row. */
double reference_norm(const double *row, uint32_t d);

/* Subtracts the mean row from every row. */
void reference_center(double *rows, uint32_t n, uint32_t d);

/* The cosine of two rows; 0 if one of them is zero. */
double reference_similarity(const double *a, const double *b, uint32_t d);

/* All n x n cosines. */
void reference_matrix(const double *rows, uint32_t n, uint32_t d, double *matrix);

/* The k other items with the highest similarity to `row`, highest first, ties by lowest index.
 * `similarities` holds the n values of the row. */
void reference_neighbors(const float *similarities, uint32_t n, uint32_t row, uint32_t k,
                         uint32_t *indices);

/* The first `length` elements of the diversity sequence from `start`. */
void reference_sequence(const double *rows, uint32_t n, uint32_t d, uint32_t start,
                        uint32_t length, uint32_t *sequence);

/* Checks a sequence element by element after its first `prefix_length`. A score is the cosine with
 * the mean of the chosen rows times the length of that mean. If the best two scores differ by more
 * than 1e-6 of the largest norm, the sequence must choose the best one. It must never choose a
 * score worse than the best by more than that, nor a row before an identical one of lower index,
 * nor a row twice. Returns 1, or 0 with a sentence in `message`. `differences` receives the number
 * of elements that are not exactly the best one. */
int reference_check_sequence(const double *rows, uint32_t n, uint32_t d,
                             const uint32_t *sequence, uint32_t length,
                             uint32_t prefix_length, uint32_t *differences, char *message,
                             size_t message_size);

#endif
