/* SPDX-License-Identifier: MIT */
#include "reference.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SAMPLES 64
/* Number of steps whose rows of the matrix are computed together. */
#define BLOCK 256

struct reference reference_open(const struct data *data)
{
	uint32_t d = data->d;
	struct reference reference = {
		.data = data,
		.units = allocate((uint64_t)data->n * d, sizeof(double)),
		.norms = allocate(data->n, sizeof(double)),
	};
	for (uint32_t i = 0; i < data->n; i++) {
		const float *row = data->rows + (uint64_t)i * d;
		double *unit = reference.units + (uint64_t)i * d;
		double sum = 0;
		for (uint32_t c = 0; c < d; c++)
			sum += (double)row[c] * row[c];
		reference.norms[i] = sqrt(sum);
		for (uint32_t c = 0; sum > 0 && c < d; c++)
			unit[c] = row[c] / reference.norms[i];
	}
	return reference;
}

void reference_close(struct reference *reference)
{
	free(reference->units);
	free(reference->norms);
	*reference = (struct reference){0};
}

double reference_error(const struct reference *reference, const float *rows, uint32_t first_row,
                       uint32_t num_rows, bool upper)
{
	uint32_t n = reference->data->n, d = reference->data->d;
	uint32_t samples = num_rows < MAX_SAMPLES ? num_rows : MAX_SAMPLES;
	double *right = allocate(n, sizeof(*right));
	double largest = 0;
	for (uint32_t s = 0; s < samples; s++) {
		uint32_t r = (uint32_t)((uint64_t)s * num_rows / samples);
		uint32_t row = first_row + r;
		cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)n, (int)d, 1, reference->units, (int)d,
		            reference->units + (uint64_t)row * d, 1, 0, right, 1);
		for (uint32_t j = upper ? row : 0; j < n; j++) {
			double error = fabs(rows[(uint64_t)r * n + j] - right[j]);
			/* The negation also catches NaN. */
			if (!(error <= largest))
				largest = error;
		}
	}
	free(right);
	return largest;
}

static double lowest(const double *scores, uint32_t n)
{
	double least = INFINITY;
	for (uint32_t j = 0; j < n; j++)
		least = scores[j] < least ? scores[j] : least;
	return least;
}

static uint32_t first_up_to(const double *scores, uint32_t n, double most)
{
	uint32_t j = 0;
	while (j < n && !(scores[j] <= most))
		j++;
	return j;
}

static double largest(const double *numbers, uint32_t n)
{
	double most = 0;
	for (uint32_t i = 0; i < n; i++)
		most = numbers[i] > most ? numbers[i] : most;
	return most;
}

uint64_t reference_equal(const struct reference *reference, const uint32_t *sequence,
                         uint32_t length, double *miss)
{
	uint32_t n = reference->data->n, d = reference->data->d;
	double *chosen = allocate((uint64_t)BLOCK * d, sizeof(*chosen));
	double *cosines = allocate((uint64_t)BLOCK * n, sizeof(*cosines));
	double *scores = allocate(n, sizeof(*scores));
	const double largest_norm = largest(reference->norms, n);
	double weight = 0;
	uint64_t equal = 0;
	for (uint32_t t = 0; t + 1 < length; t++) {
		uint32_t in_block = t % BLOCK;
		if (in_block == 0) {
			uint32_t count = length - t < BLOCK ? length - t : BLOCK;
			for (uint32_t i = 0; i < count; i++)
				memcpy(chosen + (uint64_t)i * d,
				       reference->units + (uint64_t)sequence[t + i] * d,
				       d * sizeof(*chosen));
			cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)n, (int)d,
			            1, chosen, (int)d, reference->units, (int)d, 0, cosines, (int)n);
		}
		double norm = reference->norms[sequence[t]];
		const double *row = cosines + (uint64_t)in_block * n;
		weight += norm;
		/* Excludes the chosen item from further steps. */
		scores[sequence[t]] = INFINITY;
		for (uint32_t j = 0; j < n; j++)
			scores[j] += norm * row[j];
		double least = lowest(scores, n);
		uint32_t next = sequence[t + 1];
		if (first_up_to(scores, n, least + 1e-15 * weight) == next)
			equal++;
		else
			*miss = fmax(*miss, (scores[next] - least) / largest_norm);
	}
	free(chosen);
	free(cosines);
	free(scores);
	return equal;
}
