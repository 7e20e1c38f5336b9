/* SPDX-License-Identifier: MIT */
#include "io/readers.h"

#include <string.h>

#include "io/foreign.h"
#include "io/text.h"

static json_t *ids_from_list(const char *text, size_t length, struct problem *problem)
{
	json_error_t error;
	json_t *ids = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	size_t i;

	if (!ids) {
		problem_set(problem, "at line %d, column %d %s was expected: %s", error.line, error.column,
		            json_error_code(&error) == json_error_numeric_overflow
		                ? "an integer of 63 bits at most"
		                : "well-formed JSON",
		            error.text);
		return NULL;
	}
	for (i = 0; i < json_array_size(ids); i++) {
		const json_t *id = json_array_get(ids, i);

		if (!json_is_string(id) && !json_is_integer(id)) {
			problem_set(problem, "a string or an integer was expected as id %zu of its list", i);
			json_decref(ids);
			return NULL;
		}
	}
	return ids;
}

static bool add_line(json_t *ids, const char *line, size_t length, struct problem *problem)
{
	json_t *id;

	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (length == 0)
		return problem_set(problem, "at line %zu an id was expected, but it is empty",
		                   json_array_size(ids) + 1);
	id = json_stringn(line, length);
	if (!id || memchr(line, '\0', length)) {
		json_decref(id);
		return problem_set(problem, "at line %zu an id in UTF-8 was expected",
		                   json_array_size(ids) + 1);
	}
	if (json_array_append_new(ids, id) != 0)
		return problem_set(problem, "there is not enough memory for its ids");
	return true;
}

static json_t *ids_from_lines(const char *text, size_t length, struct problem *problem)
{
	json_t *ids = json_array();
	size_t at = 0;

	if (!ids) {
		problem_set(problem, "there is not enough memory for its ids");
		return NULL;
	}
	while (at < length) {
		const char *newline = memchr(text + at, '\n', length - at);
		size_t end = newline ? (size_t)(newline - text) : length;

		if (!add_line(ids, text + at, end - at, problem)) {
			json_decref(ids);
			return NULL;
		}
		at = end + 1;
	}
	return ids;
}

/* Returns the length without blank lines at the end. */
static size_t without_blank_end(const char *text, size_t length)
{
	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	return length;
}

json_t *read_ids(const unsigned char *bytes, size_t length, struct problem *problem)
{
	size_t mark = text_mark_length(bytes, length), at = 0, end;
	const char *text = (const char *)bytes + mark;
	const char *encoding = foreign_encoding(bytes, length);

	if (encoding) {
		problem_set(problem, "it is %s", encoding);
		return NULL;
	}
	length = end = length - mark;
	while (at < end && text_is_space(text[at]))
		at++;
	while (end > at && text_is_space(text[end - 1]))
		end--;
	/* An id may begin with '[', but only a list also ends with ']'. */
	if (end > at && text[at] == '[' && text[end - 1] == ']')
		return ids_from_list(text, length, problem);
	return ids_from_lines(text, without_blank_end(text, length), problem);
}
