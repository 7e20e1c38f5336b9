/* SPDX-License-Identifier: MIT
 *
 * JSON and JSON lines. The contents tell them apart, not the extension: some exporters write one
 * row per line to .json, others write indented JSON to .jsonl.
 */
#include "io/readers.h"

#include <string.h>

#include "io/json_members.h"
#include "io/text.h"

#define A_ROW "a row: [1.5, …] or {\"id\": …, \"embedding\": [1.5, …]}"

/* Says how to fix a value that is not a list of numbers. */
static const char *advice(const struct json_rows *rows, const struct json_members *row,
                          enum json_key key)
{
	struct json_scan scan = rows->scan;

	scan.at = row->at[key];
	switch (json_begins_with(rows, row, key)) {
	case '"':
		return "; parse a list in quotes first, decode base64 first, or ask the API for numbers";
	case '{':
		/* An object with indices as keys holds rows (pandas) or numbers (JavaScript). */
		scan.at++;
		json_scan_peek(&scan);
		if (scan.length - scan.at < 5 || memcmp(scan.text + scan.at, "\"0\":", 4) != 0)
			return "";
		scan.at += 4;
		return json_scan_peek(&scan) == '['
		           ? "; pandas writes a list of rows with to_json(orient='records')"
		           : "; JavaScript's Array.from() makes a list of a typed array";
	default:
		return "";
	}
}

/* Reads the numbers of a row: a list, or an object that holds the list. */
static bool add_vector(struct json_rows *rows, const struct json_members *row, enum json_key key)
{
	struct json_members members;

	if (!json_enter(rows, row, key))
		return false;
	if (json_begins_with(rows, row, key) == '[')
		return json_rows_add_numbers(rows, row->start);
	if (json_begins_with(rows, row, key) == '{') {
		if (!json_find_members(rows, &members))
			return false;
		if (json_begins_with(rows, &members, MEMBER_VALUES) == '[')
			return json_enter(rows, &members, MEMBER_VALUES) &&
			       json_rows_add_numbers(rows, row->start);
	}
	return json_rows_wrong(rows, row->at[key],
	                       "\"%s\" with a list of numbers was expected in row %u, not with %s%s",
	                       json_key_names[key], rows->rows, json_rows_kind(rows, row->at[key]).text,
	                       advice(rows, row, key));
}

static bool add_object(struct json_rows *rows, const struct json_members *row, enum json_key key)
{
	bool good = add_vector(rows, row, key) &&
	            json_rows_add_id(rows, row->start, row->at[MEMBER_ID], row->length[MEMBER_ID]);

	rows->scan.at = row->end;
	return good;
}

static bool wrong_row(struct json_rows *rows, const struct json_members *row)
{
	char keys[240];

	json_list_keys(rows, row, keys, sizeof(keys));
	return json_rows_wrong(rows, row->start,
	                       "the key \"embedding\" with a list of numbers was expected in row %u; "
	                       "%s",
	                       rows->rows, keys);
}

/* Reads the row at the cursor. An element of "embeddings" may hold its numbers under "values". */
static bool read_row(struct json_rows *rows, bool of_embeddings)
{
	size_t at = rows->scan.at;
	struct json_members row;

	switch (json_scan_peek(&rows->scan)) {
	case '[':
		return json_rows_add_numbers(rows, at) && json_rows_add_id(rows, at, 0, 0);
	case '{':
		if (!json_find_members(rows, &row))
			return false;
		if (row.count[MEMBER_EMBEDDING])
			return add_object(rows, &row, MEMBER_EMBEDDING);
		if (of_embeddings && json_begins_with(rows, &row, MEMBER_VALUES) == '[')
			return add_object(rows, &row, MEMBER_VALUES);
		return wrong_row(rows, &row);
	default:
		return json_rows_expected(rows, A_ROW);
	}
}

/* Reads the list of rows at the cursor. */
static bool read_rows(struct json_rows *rows, bool of_embeddings)
{
	struct json_scan *scan = &rows->scan;
	char next = ',';

	if (json_scan_peek(scan) != '[')
		return json_rows_expected(rows, "a list of rows");
	scan->at++;
	while (next == ',') {
		json_scan_peek(scan);
		if (!read_row(rows, of_embeddings))
			return false;
		next = json_scan_peek(scan);
		if (next != ',' && next != ']')
			return json_rows_wrong(rows, scan->at, "',' or ']' was expected after row %u",
			                       rows->rows - 1);
		scan->at++;
	}
	return true;
}

/* Reads the value of "embeddings": rows, or an object with rows for each type of numbers. */
static bool read_embeddings(struct json_rows *rows, const struct json_members *object)
{
	struct json_members types;

	if (!json_enter(rows, object, MEMBER_EMBEDDINGS))
		return false;
	if (json_begins_with(rows, object, MEMBER_EMBEDDINGS) != '{')
		return read_rows(rows, true);
	if (!json_find_members(rows, &types))
		return false;
	if (!types.count[MEMBER_FLOAT])
		return json_rows_wrong(rows, types.start,
		                       "a list of rows was expected, or an object with one under "
		                       "\"float\"");
	return json_enter(rows, &types, MEMBER_FLOAT) && read_rows(rows, true);
}

/* Whether "data" holds rows. The key is common, for example in exports of pandas, so this requires
 * a list whose first object has an embedding. */
static bool has_data_rows(struct json_rows *rows, const struct json_members *object)
{
	struct json_scan *scan = &rows->scan;
	struct json_members first;
	bool found = false;

	if (json_begins_with(rows, object, MEMBER_DATA) != '[')
		return false;
	scan->at = object->at[MEMBER_DATA] + 1;
	if (json_scan_peek(scan) == '{' && json_find_members(rows, &first))
		found = first.count[MEMBER_EMBEDDING] > 0;
	scan->at = object->end;
	return found;
}

/* Reads the object at the cursor: one row, or a container of rows. An object with an "embedding" is
 * a row, whatever its other keys. */
static bool read_object(struct json_rows *rows)
{
	struct json_members object;
	char keys[240], row;
	bool good;

	if (!json_find_members(rows, &object))
		return false;
	row = json_begins_with(rows, &object, MEMBER_EMBEDDING);
	if (row == '[' || row == '{')
		return add_object(rows, &object, MEMBER_EMBEDDING);
	if (object.count[MEMBER_EMBEDDINGS])
		good = read_embeddings(rows, &object);
	else if (has_data_rows(rows, &object))
		good = json_enter(rows, &object, MEMBER_DATA) && read_rows(rows, false);
	else if (object.count[MEMBER_EMBEDDING])
		return add_object(rows, &object, MEMBER_EMBEDDING);
	else if (rows->scan.lines || rows->rows > 0)
		return wrong_row(rows, &object);
	else {
		json_list_keys(rows, &object, keys, sizeof(keys));
		return json_rows_wrong(rows, object.start,
		                       "the key \"embeddings\" was expected, or \"embedding\", or \"data\" "
		                       "with a list of objects that have an \"embedding\"; %s",
		                       keys);
	}
	rows->scan.at = object.end;
	return good;
}

/* Reads rows and objects, each followed by the end of its line. */
static bool read_sequence(struct json_rows *rows)
{
	struct json_scan *scan = &rows->scan;

	while (scan->at < scan->length) {
		size_t end;
		bool good = scan->text[scan->at] == '{' ? read_object(rows) : read_row(rows, false);

		if (!good)
			return false;
		end = scan->at;
		json_scan_peek(scan);
		if (scan->at < scan->length && !memchr(scan->text + end, '\n', scan->at - end))
			return json_rows_wrong(rows, scan->at,
			                       "the end of the line was expected after row %u, not %s",
			                       rows->rows - 1, json_rows_kind(rows, scan->at).text);
	}
	return true;
}

static bool read_document(struct json_rows *rows)
{
	struct json_scan *scan = &rows->scan;
	char first = json_scan_peek(scan), second;
	size_t at = scan->at;

	if (first != '[' && first != '{')
		return json_rows_wrong(rows, at, "%s was expected%s",
		                       scan->lines ? A_ROW : "a list of rows",
		                       at < scan->length ? "" : ", but there is none");
	if (first == '{')
		return read_sequence(rows);
	scan->at++;
	second = json_scan_peek(scan);
	scan->at = at;
	if (second == '[' || second == '{' || second == ']') {
		if (!read_rows(rows, false))
			return false;
		json_scan_peek(scan);
		return scan->at >= scan->length || json_rows_expected(rows, "the end of the file");
	}
	if (!read_sequence(rows))
		return false;
	/* A single list of numbers in .json is more likely a mistake than one row. */
	if (!scan->lines && rows->rows == 1)
		return json_rows_wrong(rows, at + 1, A_ROW " was expected");
	return true;
}

static bool read_text(const unsigned char *bytes, size_t length, bool lines, struct table *table,
                      struct problem *problem)
{
	size_t mark = text_mark_length(bytes, length);
	struct json_rows rows = {
		.scan = {.text = (const char *)bytes + mark, .length = length - mark, .lines = lines},
		.problem = problem,
	};

	memset(table, 0, sizeof(*table));
	return json_rows_finish(&rows, read_document(&rows), table);
}

bool read_json(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem)
{
	return read_text(bytes, length, false, table, problem);
}

bool read_jsonl(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem)
{
	return read_text(bytes, length, true, table, problem);
}
