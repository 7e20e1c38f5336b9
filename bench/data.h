/* SPDX-License-Identifier: MIT
 *
 * Embeddings: made from fixed seeds, or read from a file. */
#ifndef DATA_H
#define DATA_H

#include <stdint.h>

#include "support.h"

struct data {
	const char *name; /* what the table calls it */
	uint32_t n, d;
	float *rows;  /* n x d, as uploaded */
	float *units; /* the same, each divided by its length */
	float *norms; /* the lengths */
};

/* settings->data, n and d:
 * "clustered": a common direction, 40 centres, noise that is large in few columns, slightly
 *   different lengths; much like what text models give.
 * "random": normally distributed, all columns alike.
 * a path: an .npy file of float32 or float64, two dimensions, C order. */
struct data data_open(const struct settings *settings);

/* Writes the first `count` rows to an .npy file. */
void data_write(const struct data *data, uint32_t count, const char *path);

void data_close(struct data *data);

#endif
