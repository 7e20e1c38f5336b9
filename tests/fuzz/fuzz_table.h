/* SPDX-License-Identifier: MIT
 *
 * Runs a reader of the command line program on arbitrary bytes and reads all that it returns.
 */
#ifndef FUZZ_TABLE_H
#define FUZZ_TABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/readers.h"

typedef bool (*fuzz_reader)(const unsigned char *bytes, size_t length, struct table *table,
                            struct problem *problem);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static inline void fuzz_require(bool condition)
{
	if (!condition)
		abort();
}

static inline void fuzz_table(fuzz_reader read, const uint8_t *bytes, size_t length)
{
	struct problem problem = {.text = ""};
	struct table table;
	double *numbers;
	uint32_t row;

	if (!read(bytes, length, &table, &problem)) {
		fuzz_require(strlen(problem.text) > 20);
		return;
	}
	fuzz_require(table.rows > 0 && table.columns > 0);
	fuzz_require(table.row_stride >= table.columns * table_number_size(table.type));
	fuzz_require((uintptr_t)table.data % table_number_size(table.type) == 0);
	fuzz_require(!table.ids || json_array_size(table.ids) == table.rows);
	numbers = malloc(table.columns * sizeof(*numbers));
	fuzz_require(numbers != NULL);
	for (row = 0; row < table.rows; row++)
		table_row(&table, row, numbers);
	free(numbers);
	table_free(&table);
}

#endif
