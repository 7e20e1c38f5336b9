/* SPDX-License-Identifier: MIT */
#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Wide enough that no square of a float64 overflows or underflows. */
static long double wide_norm(const double *row, uint32_t d)
{
	long double sum = 0;

	for (uint32_t c = 0; c < d; c++)
		sum += (long double)row[c] * row[c];
	return sqrtl(sum);
}

/* Four sums, so that one addition need not wait for the result of the previous one. */
static double dot(const double *a, const double *b, uint32_t d)
{
	double sums[4] = {0, 0, 0, 0};
	uint32_t c = 0;

	for (; c + 4 <= d; c += 4) {
		sums[0] += a[c] * b[c];
		sums[1] += a[c + 1] * b[c + 1];
		sums[2] += a[c + 2] * b[c + 2];
		sums[3] += a[c + 3] * b[c + 3];
	}
	for (; c < d; c++)
		sums[0] += a[c] * b[c];
	return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* Divides all rows by their lengths; a zero row stays zero. The caller frees the result. */
static double *unit_rows(const double *rows, uint32_t n, uint32_t d)
{
	double *units = calloc((size_t)n * d, sizeof(*units));

	if (!units)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		long double norm = wide_norm(rows + (size_t)i * d, d);

		for (uint32_t c = 0; norm > 0 && c < d; c++) {
			size_t at = (size_t)i * d + c;

			units[at] = (double)(rows[at] / norm);
		}
	}
	return units;
}

double reference_norm(const double *row, uint32_t d)
{
	return (double)wide_norm(row, d);
}

void reference_center(double *rows, uint32_t n, uint32_t d)
{
	for (uint32_t c = 0; c < d; c++) {
		long double sum = 0;

		for (uint32_t i = 0; i < n; i++)
			sum += rows[(size_t)i * d + c];
		for (uint32_t i = 0; i < n; i++)
			rows[(size_t)i * d + c] = (double)(rows[(size_t)i * d + c] - sum / n);
	}
}

double reference_similarity(const double *a, const double *b, uint32_t d)
{
	long double norm_a = wide_norm(a, d);
	long double norm_b = wide_norm(b, d);
	long double sum = 0;

	if (norm_a == 0 || norm_b == 0)
		return 0;
	for (uint32_t c = 0; c < d; c++)
		sum += a[c] / norm_a * (b[c] / norm_b);
	return (double)sum;
}

void reference_matrix(const double *rows, uint32_t n, uint32_t d, double *matrix)
{
	double *units = unit_rows(rows, n, d);

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < n; j++)
			matrix[(size_t)i * n + j] =
				dot(units + (size_t)i * d, units + (size_t)j * d, d);
	free(units);
}

void reference_neighbors(const float *similarities, uint32_t n, uint32_t row, uint32_t k,
                         uint32_t *indices)
{
	uint32_t count = 0;

	/* Insertion keeps equal values in the order of their indices. */
	for (uint32_t j = 0; j < n; j++) {
		uint32_t at = count;

		if (j == row)
			continue;
		while (at > 0 && similarities[indices[at - 1]] < similarities[j])
			at--;
		if (at == k)
			continue;
		if (count < k)
			count++;
		memmove(indices + at + 1, indices + at, (count - at - 1) * sizeof(*indices));
		indices[at] = j;
	}
}

/* The scores of all rows: the cosine with the mean of the chosen rows, times the
 * length of that mean and their number, which all rows share. That is the sum of
 * |e_k| cos(e_j, e_k) over the chosen rows k. */
typedef struct Walk {
	uint32_t n, d;
	double *units;
	double *norms;
	double largest_norm;
	double *scores;
	char *used;
} Walk;

static void walk_begin(Walk *walk, const double *rows, uint32_t n, uint32_t d)
{
	walk->n = n;
	walk->d = d;
	walk->units = unit_rows(rows, n, d);
	walk->norms = calloc(n, sizeof(*walk->norms));
	walk->scores = calloc(n, sizeof(*walk->scores));
	walk->used = calloc(n, 1);
	walk->largest_norm = 0;
	if (!walk->norms || !walk->scores || !walk->used)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		walk->norms[i] = reference_norm(rows + (size_t)i * d, d);
		walk->largest_norm = fmax(walk->largest_norm, walk->norms[i]);
	}
}

static void walk_choose(Walk *walk, uint32_t chosen)
{
	walk->used[chosen] = 1;
	for (uint32_t j = 0; j < walk->n; j++)
		if (!walk->used[j])
			walk->scores[j] += walk->norms[chosen] *
			                   dot(walk->units + (size_t)j * walk->d,
			                       walk->units + (size_t)chosen * walk->d, walk->d);
}

/* The best unused row, and the score of the second best (infinity without one). */
static uint32_t walk_best(const Walk *walk, double *second_score)
{
	uint32_t best = walk->n;

	*second_score = INFINITY;
	for (uint32_t j = 0; j < walk->n; j++) {
		if (walk->used[j])
			continue;
		if (best == walk->n) {
			best = j;
		} else if (walk->scores[j] < walk->scores[best]) {
			*second_score = walk->scores[best];
			best = j;
		} else if (walk->scores[j] < *second_score) {
			*second_score = walk->scores[j];
		}
	}
	return best;
}

static void walk_end(Walk *walk)
{
	free(walk->units);
	free(walk->norms);
	free(walk->scores);
	free(walk->used);
}

void reference_sequence(const double *rows, uint32_t n, uint32_t d, uint32_t start,
                        uint32_t length, uint32_t *sequence)
{
	Walk walk;
	double second_score;

	walk_begin(&walk, rows, n, d);
	for (uint32_t t = 0; t < length; t++) {
		sequence[t] = t == 0 ? start : walk_best(&walk, &second_score);
		walk_choose(&walk, sequence[t]);
	}
	walk_end(&walk);
}

/* An unused row with a lower index and the same numbers, or n. */
static uint32_t unused_duplicate(const Walk *walk, const double *rows, uint32_t row)
{
	size_t bytes = walk->d * sizeof(*rows);

	for (uint32_t i = 0; i < row; i++)
		if (!walk->used[i] &&
		    !memcmp(rows + (size_t)i * walk->d, rows + (size_t)row * walk->d, bytes))
			return i;
	return walk->n;
}

static int check_choice(const Walk *walk, const double *rows, uint32_t position,
                        uint32_t chosen, uint32_t *differences, char *message,
                        size_t message_size)
{
	/* `position` is also the number of rows chosen so far. */
	double tolerance = 1e-6 * walk->largest_norm * position;
	double second_score;
	uint32_t best = walk_best(walk, &second_score);
	uint32_t duplicate = unused_duplicate(walk, rows, chosen);

	*differences += chosen != best;
	if (chosen != best && second_score - walk->scores[best] > tolerance) {
		snprintf(message, message_size,
		         "position %u holds %u (score %.17g), but %u (score %.17g) is clearly best",
		         position, chosen, walk->scores[chosen], best, walk->scores[best]);
		return 0;
	}
	if (walk->scores[chosen] - walk->scores[best] > tolerance) {
		snprintf(message, message_size,
		         "position %u holds %u (score %.17g), worse than %u (score %.17g)",
		         position, chosen, walk->scores[chosen], best, walk->scores[best]);
		return 0;
	}
	if (duplicate < walk->n) {
		snprintf(message, message_size,
		         "position %u holds %u although its identical row %u is unused",
		         position, chosen, duplicate);
		return 0;
	}
	return 1;
}

int reference_check_sequence(const double *rows, uint32_t n, uint32_t d,
                             const uint32_t *sequence, uint32_t length,
                             uint32_t prefix_length, uint32_t *differences, char *message,
                             size_t message_size)
{
	Walk walk;
	int right = 1;

	*differences = 0;
	walk_begin(&walk, rows, n, d);
	for (uint32_t t = 0; right && t < length; t++) {
		uint32_t chosen = sequence[t];

		if (chosen >= n || walk.used[chosen]) {
			snprintf(message, message_size, "position %u holds %u, which %s", t, chosen,
			         chosen >= n ? "is no row" : "was chosen before");
			right = 0;
		} else if (t >= prefix_length) {
			right = check_choice(&walk, rows, t, chosen, differences, message,
			                     message_size);
		}
		if (right)
			walk_choose(&walk, chosen);
	}
	walk_end(&walk);
	return right;
}
