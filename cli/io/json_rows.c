/* SPDX-License-Identifier: MIT
 *
 * Converts numbers while scanning. Jansson would allocate an object per number, and could not
 * report the row and column of an invalid one.
 */
#include "io/json_rows.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "io/text.h"

static void format_problem(const struct json_rows *rows, struct problem *problem, size_t at,
                           const char *format, va_list arguments)
{
	char sentence[768];
	size_t line = 1, line_start = 0, i;

	for (i = 0; i < at && i < rows->scan.length; i++) {
		if (rows->scan.text[i] == '\n') {
			line++;
			line_start = i + 1;
		}
	}
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	problem_set(problem, "at line %zu, column %zu %s", line, at - line_start + 1, sentence);
}

bool json_rows_wrong(struct json_rows *rows, size_t at, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_problem(rows, rows->problem, at, format, arguments);
	va_end(arguments);
	return false;
}

bool json_rows_expected(struct json_rows *rows, const char *what)
{
	size_t at = rows->scan.at;

	return json_rows_wrong(rows, at, "%s was expected%s%s", what,
	                       at < rows->scan.length ? ", not " : ", but the file ends",
	                       at < rows->scan.length ? json_rows_kind(rows, at).text : "");
}

static bool no_memory(struct json_rows *rows)
{
	return problem_set(rows->problem, "there is not enough memory for its numbers");
}

struct json_kind json_rows_kind(const struct json_rows *rows, size_t at)
{
	const char *text = rows->scan.text + at;
	size_t max = rows->scan.length - at, length = 0;
	struct json_kind kind;

	if (max > 0 && *text == '"')
		return (struct json_kind){"a string"};
	if (max > 0 && *text == '[')
		return (struct json_kind){"a list"};
	if (max > 0 && *text == '{')
		return (struct json_kind){"an object"};
	if (max > 0 && *text == '\n')
		return (struct json_kind){"the end of the line"};
	if (max > 0 && (*text < ' ' || *text > '~')) {
		snprintf(kind.text, sizeof(kind.text), "byte 0x%02x", (unsigned char)*text);
		return kind;
	}
	while (length < max && length < sizeof(kind.text) - 8 && text[length] > ' ' &&
	       text[length] <= '~' && (length == 0 || !strchr(",:]}", text[length])))
		length++;
	snprintf(kind.text, sizeof(kind.text), length ? "%.*s" : "the end of the file", (int)length,
	         text);
	return kind;
}

/* Ensures room for one more number. */
static bool reserve(struct json_rows *rows)
{
	uint64_t bytes, capacity;
	double *larger;

	if (rows->used < rows->capacity)
		return true;
	capacity = rows->capacity ? (uint64_t)rows->capacity * 2 : 1024;
	if (!size_multiply(capacity, sizeof(double), &bytes))
		return false;
	larger = realloc(rows->numbers, bytes);
	if (!larger)
		return false;
	rows->numbers = larger;
	rows->capacity = capacity;
	return true;
}

static bool add_number(struct json_rows *rows, size_t column)
{
	struct json_scan *scan = &rows->scan;
	size_t at = scan->at;
	bool good = json_scan_number(scan) && scan->at < scan->length &&
	            (text_is_space(scan->text[scan->at]) || strchr(",]", scan->text[scan->at]));
	double number;

	if (!good || scan->text[scan->at] == '\0')
		return json_rows_wrong(rows, at, "a number was expected in row %u, column %zu, not %s",
		                       rows->rows, column, json_rows_kind(rows, at).text);
	/* The check above found the end of the number. The program stays in the C locale. */
	number = strtod(scan->text + at, NULL);
	if (isinf(number))
		return json_rows_wrong(rows, at,
		                       "a number below 1.8e308, as float64 has them, was expected in row "
		                       "%u, column %zu, not %s",
		                       rows->rows, column, json_rows_kind(rows, at).text);
	if (!reserve(rows))
		return no_memory(rows);
	rows->numbers[rows->used++] = number;
	return true;
}

bool json_rows_add_numbers(struct json_rows *rows, size_t row_at)
{
	struct json_scan *scan = &rows->scan;
	size_t columns = 0;
	char next = ',';

	scan->at++;
	if (json_scan_peek(scan) == ']')
		return json_rows_wrong(rows, row_at, "at least one number was expected in row %u",
		                       rows->rows);
	while (next == ',') {
		json_scan_peek(scan);
		if (!add_number(rows, columns))
			return false;
		columns++;
		next = json_scan_peek(scan);
		if (next != ',' && next != ']')
			return json_rows_expected(rows, "',' or ']'");
		scan->at++;
	}
	if (rows->rows > 0 && columns != rows->columns)
		return json_rows_wrong(rows, row_at,
		                       "%u numbers were expected in row %u, as in the rows before, not %zu",
		                       rows->columns, rows->rows, columns);
	if (columns > UINT32_MAX || rows->rows == UINT32_MAX)
		return json_rows_wrong(rows, row_at, "at most 4294967295 rows and columns were expected");
	rows->columns = (uint32_t)columns;
	return true;
}

/* Discards the ids but keeps the rows. */
static bool drop_ids(struct json_rows *rows, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool drop_ids(struct json_rows *rows, size_t at, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_problem(rows, &rows->ids_problem, at, format, arguments);
	va_end(arguments);
	json_decref(rows->ids);
	rows->ids = NULL;
	return true;
}

/* Returns a new reference, or NULL with the reason in error. */
static json_t *parse_id(const char *text, size_t length, json_error_t *error)
{
	json_t *id;

	/* Do not parse lists and objects: they are no ids, and Jansson may refuse their contents. */
	error->text[0] = '\0';
	if (!strchr("\"-0123456789", *text))
		return NULL;
	id = json_loadb(text, length, JSON_DECODE_ANY, error);
	if (json_is_string(id) || json_is_integer(id))
		return id;
	json_decref(id);
	return NULL;
}

bool json_rows_add_id(struct json_rows *rows, size_t row_at, size_t at, size_t length)
{
	uint32_t row = rows->rows++;
	json_error_t error;
	json_t *id;

	if (rows->ids_problem.text[0])
		return true;
	if (row > 0 && (length > 0) != (rows->ids != NULL))
		return drop_ids(rows, row_at, "%s was expected in row %u, as in the rows before",
		                length > 0 ? "no \"id\"" : "an \"id\"", row);
	if (length == 0)
		return true;
	id = parse_id(rows->scan.text + at, length, &error);
	if (!id)
		return drop_ids(rows, at,
		                "a string or an integer of 63 bits was expected as \"id\" of row %u%s%s",
		                row, error.text[0] ? ": " : "", error.text);
	if (!rows->ids)
		rows->ids = json_array();
	if (!rows->ids || json_array_append_new(rows->ids, id) != 0)
		return no_memory(rows);
	return true;
}

bool json_rows_finish(struct json_rows *rows, bool good, struct table *table)
{
	json_scan_close(&rows->scan);
	if (!good) {
		free(rows->numbers);
		json_decref(rows->ids);
		return false;
	}
	table->type = VKC_FLOAT64;
	table->data = table->owned = rows->numbers;
	table->rows = rows->rows;
	table->columns = rows->columns;
	table->row_stride = rows->columns * sizeof(double);
	table->ids = rows->ids;
	table->ids_problem = rows->ids_problem;
	return true;
}
