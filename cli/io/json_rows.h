/* SPDX-License-Identifier: MIT
 *
 * Rows that are read from JSON text.
 */
#ifndef CLI_JSON_ROWS_H
#define CLI_JSON_ROWS_H

#include <jansson.h>
#include <stdint.h>

#include "io/json_scan.h"
#include "base/problem.h"
#include "io/table.h"

struct json_rows {
	struct json_scan scan;
	double *numbers;
	size_t used, capacity; /* numbers */
	uint32_t rows, columns;
	json_t *ids;
	struct problem ids_problem; /* why the ids are dropped, or empty */
	struct problem *problem;
};

/* Sets the problem to "at line 3, column 7 …". Both count from 1, columns in bytes. Returns
 * false. */
bool json_rows_wrong(struct json_rows *rows, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for something missing at the cursor. */
bool json_rows_expected(struct json_rows *rows, const char *what);

/* Describes the value at a position: its kind, such as "a list", or the word itself. */
struct json_kind {
	char text[40];
};
struct json_kind json_rows_kind(const struct json_rows *rows, size_t at);

/* Reads the list of numbers at the cursor as the next row, which begins at row_at. Call
 * json_rows_add_id() next. */
bool json_rows_add_numbers(struct json_rows *rows, size_t row_at);

/* Completes the row that begins at row_at. `at` and `length` locate its id in the text; length 0
 * means that it has none. If the ids cannot be used, the rows have none. */
bool json_rows_add_id(struct json_rows *rows, size_t row_at, size_t at, size_t length);

/* Moves the rows to the table, or frees them if not good. Returns good. */
bool json_rows_finish(struct json_rows *rows, bool good, struct table *table);

#endif
