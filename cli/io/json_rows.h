/* SPDX-License-Identifier: MIT
 *
 * The rows that JSON text is read into.
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
	struct problem ids_problem; /* why there are none, where that has to be said */
	struct problem *problem;
};

/* Sets the problem: "at line 3, column 7 …" of a position, both from 1, columns in bytes. Returns
 * false. */
bool json_rows_wrong(struct json_rows *rows, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same of what is missing at the cursor. */
bool json_rows_expected(struct json_rows *rows, const char *what);

/* "a list": what kind of value begins at a position; a word as it stands there. */
struct json_kind {
	char text[40];
};
struct json_kind json_rows_kind(const struct json_rows *rows, size_t at);

/* Reads the list of numbers at the cursor as the next row, which begins at row_at. It has to be
 * completed by json_rows_add_id. */
bool json_rows_add_numbers(struct json_rows *rows, size_t row_at);

/* Completes the row that begins at row_at. Its id are the bytes at a position; it has none where
 * length is 0. Where ids cannot be used, the rows are read without. */
bool json_rows_add_id(struct json_rows *rows, size_t row_at, size_t at, size_t length);

/* Gives the rows to the table, or frees them. Returns good. */
bool json_rows_finish(struct json_rows *rows, bool good, struct table *table);

#endif
