/* SPDX-License-Identifier: MIT
 *
 * JSON and JSON lines. Jansson would hold every number of a file as an object of
 * its own, so only the outer list is walked here and each row is parsed alone.
 */
#include "readers.h"

#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "size.h"

#define A_ROW "a row: [1.5, …] or {\"id\": …, \"embedding\": [1.5, …]}"

struct reader {
	const char *text;
	size_t length;
	size_t at;
	double *numbers;
	size_t used, capacity; /* numbers */
	uint32_t rows, columns;
	json_t *ids;
	struct problem *problem;
};

/* "line 3, column 7" of a position, both from 1, columns in bytes. */
static bool wrong_at(struct reader *reader, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool wrong_at(struct reader *reader, size_t at, const char *format, ...)
{
	char sentence[768];
	size_t line = 1, line_start = 0, i;
	va_list arguments;

	for (i = 0; i < at && i < reader->length; i++) {
		if (reader->text[i] == '\n') {
			line++;
			line_start = i + 1;
		}
	}
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return problem_set(reader->problem, "at line %zu, column %zu %s", line, at - line_start + 1,
	                   sentence);
}

static bool no_memory(struct reader *reader)
{
	return problem_set(reader->problem, "there is not enough memory for its numbers");
}

/* The next character that is not a space, or '\0' at the end. */
static char peek(struct reader *reader)
{
	while (reader->at < reader->length) {
		char character = reader->text[reader->at];

		if (character != ' ' && character != '\t' && character != '\r' && character != '\n')
			return character;
		reader->at++;
	}
	return '\0';
}

/* Parses the value at the cursor, which moves behind it; NULL when it is no JSON. */
static json_t *next_value(struct reader *reader, size_t end, size_t flags)
{
	json_error_t error;
	json_t *value;

	/* Integers in a list are numbers as well, however long; those in an object may be ids. */
	if (reader->text[reader->at] == '[')
		flags |= JSON_DECODE_INT_AS_REAL;
	value = json_loadb(reader->text + reader->at, end - reader->at, flags | JSON_REJECT_DUPLICATES,
	                   &error);
	if (!value) {
		size_t position = error.position > 0 ? (size_t)error.position : 0;

		wrong_at(reader, reader->at + position, "well-formed JSON was expected: %s", error.text);
		return NULL;
	}
	if (error.position <= 0) {
		/* Jansson counts in int: the value is longer than that. */
		wrong_at(reader, reader->at, "a value of less than 2 GiB was expected");
		json_decref(value);
		return NULL;
	}
	reader->at += (size_t)error.position;
	return value;
}

/* Where to write so many more numbers, or NULL. */
static double *reserve(struct reader *reader, size_t more)
{
	uint64_t needed, bytes, capacity;
	double *larger;

	if (!size_add(reader->used, more, &needed))
		return NULL;
	if (needed <= reader->capacity)
		return reader->numbers + reader->used;
	capacity = reader->capacity < 512 ? 1024 : (uint64_t)reader->capacity * 2;
	if (capacity < needed)
		capacity = needed;
	if (!size_multiply(capacity, sizeof(double), &bytes))
		return NULL;
	larger = realloc(reader->numbers, bytes);
	if (!larger)
		return NULL;
	reader->numbers = larger;
	reader->capacity = capacity;
	return reader->numbers + reader->used;
}

static bool add_numbers(struct reader *reader, const json_t *list, size_t at)
{
	size_t columns = json_array_size(list), column;
	double *to;

	if (columns == 0)
		return wrong_at(reader, at, "at least one number was expected in row %u", reader->rows);
	if (reader->rows > 0 && columns != reader->columns)
		return wrong_at(reader, at,
		                "%u numbers were expected in row %u, as in the rows before, not %zu",
		                reader->columns, reader->rows, columns);
	if (columns > UINT32_MAX || reader->rows == UINT32_MAX)
		return wrong_at(reader, at, "at most 4294967295 rows and columns were expected");
	to = reserve(reader, columns);
	if (!to)
		return no_memory(reader);
	for (column = 0; column < columns; column++) {
		const json_t *number = json_array_get(list, column);

		if (!json_is_number(number))
			return wrong_at(reader, at, "a number was expected in row %u, column %zu",
			                reader->rows, column);
		to[column] = json_number_value(number);
	}
	reader->used += columns;
	reader->columns = (uint32_t)columns;
	return true;
}

static bool add_id(struct reader *reader, json_t *id, size_t at)
{
	if (reader->rows > 0 && (id != NULL) != (reader->ids != NULL))
		return wrong_at(reader, at, "%s was expected in row %u, as in the rows before",
		                id ? "no \"id\"" : "an \"id\"", reader->rows);
	if (!id)
		return true;
	if (!json_is_string(id) && !json_is_integer(id))
		return wrong_at(reader, at, "a string or an integer was expected as \"id\" of row %u",
		                reader->rows);
	if (!reader->ids)
		reader->ids = json_array();
	if (!reader->ids || json_array_append(reader->ids, id) != 0)
		return no_memory(reader);
	return true;
}

/* The row at the cursor, which ends before `end`. */
static bool read_row(struct reader *reader, size_t end, size_t flags)
{
	size_t at = reader->at;
	const json_t *list;
	json_t *row;
	bool good;

	if (reader->text[at] != '[' && reader->text[at] != '{')
		return wrong_at(reader, at, A_ROW " was expected");
	row = next_value(reader, end, flags);
	if (!row)
		return false;
	list = json_is_object(row) ? json_object_get(row, "embedding") : row;
	if (!json_is_array(list))
		good = wrong_at(reader, at, "\"embedding\" with a list of numbers was expected in row %u",
		                reader->rows);
	else
		good = add_id(reader, json_object_get(row, "id"), at) && add_numbers(reader, list, at);
	json_decref(row);
	reader->rows += good;
	return good;
}

/* The list of rows at the cursor. */
static bool read_rows(struct reader *reader)
{
	if (peek(reader) != '[')
		return wrong_at(reader, reader->at, "a list of rows was expected");
	reader->at++;
	if (peek(reader) == ']')
		return wrong_at(reader, reader->at, A_ROW " was expected");
	for (;;) {
		peek(reader);
		if (reader->at >= reader->length)
			return wrong_at(reader, reader->at, A_ROW " was expected, but the file ends");
		if (!read_row(reader, reader->length, JSON_DISABLE_EOF_CHECK))
			return false;
		switch (peek(reader)) {
		case ',':
			reader->at++;
			break;
		case ']':
			reader->at++;
			return true;
		default:
			return wrong_at(reader, reader->at, "',' or ']' was expected after row %u",
			                reader->rows - 1);
		}
	}
}

/* The value of a key that is of no interest here. */
static bool skip_value(struct reader *reader)
{
	json_t *value;

	if (peek(reader) == '\0')
		return wrong_at(reader, reader->at, "a value was expected");
	value = next_value(reader, reader->length, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY);
	json_decref(value);
	return value != NULL;
}

static bool read_member(struct reader *reader, bool *found)
{
	size_t at = reader->at;
	bool rows;
	json_t *key;

	if (peek(reader) != '"')
		return wrong_at(reader, reader->at, "a key in double quotes was expected");
	key = next_value(reader, reader->length, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY);
	if (!key)
		return false;
	rows = strcmp(json_string_value(key), "embeddings") == 0;
	json_decref(key);
	if (peek(reader) != ':')
		return wrong_at(reader, reader->at, "':' was expected");
	reader->at++;
	if (!rows)
		return skip_value(reader);
	if (*found)
		return wrong_at(reader, at, "\"embeddings\" was expected only once");
	*found = true;
	return read_rows(reader);
}

static bool read_object(struct reader *reader)
{
	bool found = false;

	reader->at++;
	if (peek(reader) != '}') {
		while (read_member(reader, &found) && peek(reader) == ',') {
			reader->at++;
			peek(reader);
		}
		if (reader->problem->text[0])
			return false;
	}
	if (peek(reader) != '}')
		return wrong_at(reader, reader->at, "',' or '}' was expected");
	reader->at++;
	if (!found)
		return wrong_at(reader, reader->at, "the key \"embeddings\" was expected before");
	return true;
}

static bool finish(struct reader *reader, bool good, struct table *table)
{
	if (!good) {
		free(reader->numbers);
		json_decref(reader->ids);
		return false;
	}
	table->type = VKC_FLOAT64;
	table->data = table->owned = reader->numbers;
	table->rows = reader->rows;
	table->columns = reader->columns;
	table->row_stride = reader->columns * sizeof(double);
	table->ids = reader->ids;
	return true;
}

bool read_json(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem)
{
	struct reader reader = {.text = (const char *)bytes, .length = length, .problem = problem};
	bool good;

	memset(table, 0, sizeof(*table));
	problem->text[0] = '\0';
	good = peek(&reader) == '{' ? read_object(&reader) : read_rows(&reader);
	peek(&reader);
	if (good && reader.at < length)
		good = wrong_at(&reader, reader.at, "the end of the file was expected");
	return finish(&reader, good, table);
}

bool read_jsonl(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem)
{
	struct reader reader = {.text = (const char *)bytes, .length = length, .problem = problem};
	bool good = true;

	memset(table, 0, sizeof(*table));
	problem->text[0] = '\0';
	while (good && peek(&reader) != '\0') {
		const char *newline = memchr(reader.text + reader.at, '\n', length - reader.at);
		size_t end = newline ? (size_t)(newline - reader.text) : length;

		good = read_row(&reader, end, 0);
		reader.at = end;
	}
	if (good && reader.at < length)
		good = wrong_at(&reader, reader.at, A_ROW " was expected");
	if (good && reader.rows == 0)
		good = wrong_at(&reader, 0, A_ROW " was expected, but there is none");
	return finish(&reader, good, table);
}
