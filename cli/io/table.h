/* SPDX-License-Identifier: MIT
 *
 * The embeddings of a file: rows of numbers, ready for the upload.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "vulkan_compute.h"

struct table {
	VkcType type;
	const void *data;    /* the first number, in host byte order */
	uint64_t row_stride; /* bytes from one row to the next */
	uint32_t rows;
	uint32_t columns;
	void *owned;                /* the memory of data, or NULL if data points into the file */
	json_t *ids;                /* a list of strings or integers, one per row, or NULL */
	struct problem ids_problem; /* why the file's ids cannot be used, or empty */
};

/* The size of a number in bytes. */
size_t table_number_size(VkcType type);

/* "float32", as NumPy names it. */
const char *table_type_name(VkcType type);

/* Converts a row to float64, which is exact for every type. */
void table_row(const struct table *table, uint32_t row, double *numbers);

void table_free(struct table *table);

#endif
