/* SPDX-License-Identifier: MIT */
#include "io/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/input.h"
#include "base/message.h"
#include "base/numbers.h"
#include "io/readers.h"

/* An id as the user types it after --start: 17 and "17" are the same. */
static const char *id_text(const json_t *id, char buffer[24])
{
	if (json_is_string(id))
		return json_string_value(id);
	snprintf(buffer, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	return buffer;
}

static bool load(struct names *names, const char *file_name, struct problem *problem)
{
	struct file_bytes file;

	if (!file_bytes_open(&file, file_name, problem))
		return problem_prefix(problem, "cannot read %s: ", input_name(file_name));
	names->ids = read_ids(file.bytes, file.length, problem);
	file_bytes_close(&file);
	if (!names->ids)
		return problem_prefix(problem, "cannot read %s: ", input_name(file_name));
	return true;
}

/* Builds the index from ids to rows. Refuses duplicates and a wrong number of ids. */
static bool index_ids(struct names *names, const char *source, struct problem *problem)
{
	uint32_t row;

	if (json_array_size(names->ids) != names->num_rows)
		return problem_set(problem, "%s: %" PRIu32 " ids were expected, one for each row, not %zu",
		                   source, names->num_rows, json_array_size(names->ids));
	names->rows = json_object();
	for (row = 0; row < names->num_rows; row++) {
		char buffer[24];
		const char *text = id_text(json_array_get(names->ids, row), buffer);
		const json_t *earlier = json_object_get(names->rows, text);

		if (earlier)
			return problem_set(problem,
			                   "%s: the id '%s' was expected once, but rows %" JSON_INTEGER_FORMAT
			                   " and %" PRIu32 " both have it",
			                   source, text, json_integer_value(earlier), row);
		if (json_object_set_new(names->rows, text, json_integer(row)) != 0)
			return problem_set(problem, "there is not enough memory for the ids");
	}
	return true;
}

int names_open(struct names *names, const struct command_line *options, const struct table *table)
{
	const char *source = input_name(options->ids ? options->ids : options->embeddings);
	struct problem problem;

	memset(names, 0, sizeof(*names));
	names->num_rows = table->rows;
	if (!options->ids && !options->use_ids)
		return EXIT_GOOD;
	if (options->ids && options->use_ids)
		return message_usage(options, "--ids and --use-ids exclude each other");
	if (options->ids && strcmp(options->ids, "-") == 0 && strcmp(options->embeddings, "-") == 0)
		return message_usage(options, "the embeddings and the ids cannot both be standard input");
	if (options->ids && !load(names, options->ids, &problem))
		return message_failed(options, &problem);
	if (options->use_ids) {
		if (!table->ids) {
			message_error(options, "%s has no ids for --use-ids%s%s", source,
			              table->ids_problem.text[0] ? ": " : "", table->ids_problem.text);
			return EXIT_FAILED;
		}
		names->ids = json_incref(table->ids);
	}
	if (!index_ids(names, source, &problem))
		return message_failed(options, &problem);
	return EXIT_GOOD;
}

void names_close(struct names *names)
{
	json_decref(names->ids);
	json_decref(names->rows);
	memset(names, 0, sizeof(*names));
}

int names_find(const struct names *names, const struct command_line *options, const char *option,
               const char *value, uint32_t *row)
{
	const json_t *found;

	if (!names->ids) {
		if (!parse_u32(value, row) || *row >= names->num_rows)
			return message_usage(options, "--%s takes a row of 0 … %" PRIu32 ", not '%s'", option,
			                     names->num_rows - 1, value);
		return EXIT_GOOD;
	}
	found = json_object_get(names->rows, value);
	if (!found)
		return message_usage(options, "--%s takes one of the ids, and '%s' is not one of them",
		                     option,
		                     value);
	*row = (uint32_t)json_integer_value(found);
	return EXIT_GOOD;
}

json_t *names_of(const struct names *names, uint32_t row)
{
	return names->ids ? json_incref(json_array_get(names->ids, row)) : json_integer(row);
}

json_t *names_list(const struct names *names, const uint32_t *rows, uint32_t count)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; list && i < count; i++) {
		if (json_array_append_new(list, names_of(names, rows[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
