/* SPDX-License-Identifier: MIT
 *
 * Embeddings, generated from fixed seeds or read from a file. */
#ifndef DATA_H
#define DATA_H

#include <stdint.h>

#include "support.h"

struct data {
	const char *name; /* name in the table */
	uint32_t n, d;
	float *rows;  /* n x d, as uploaded */
	float *units; /* n x d, each row divided by its length */
	float *norms; /* n lengths of rows */
};

/* Generates or reads the embeddings that settings->data, n and d describe:
 * "clustered": a common direction, 40 centres, noise that is large in a few columns, slightly
 *   different lengths; similar to the output of text models.
 * "random": normally distributed, the same in all columns.
 * a path: an .npy file of float32 or float64, two dimensions, C order. */
struct data data_open(const struct settings *settings);

/* Writes the first `count` rows to an .npy file. */
void data_write(const struct data *data, uint32_t count, const char *path);

void data_close(struct data *data);

#endif
