/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <string.h>
#include <strings.h>

#include "npy_header.h"
#include "readers.h"

typedef bool (*read_function)(const unsigned char *bytes, size_t length, struct table *table,
                              struct problem *problem);

static const struct {
	const char *name;
	read_function read;
} formats[] = {
	{"npy", read_npy},
	{"json", read_json},
	{"jsonl", read_jsonl},
	{"fvecs", read_fvecs},
};

static read_function by_name(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcasecmp(formats[i].name, name) == 0)
			return formats[i].read;
	return NULL;
}

bool input_format_known(const char *format)
{
	return by_name(format) != NULL;
}

const char *input_name(const char *name)
{
	return strcmp(name, "-") == 0 ? "standard input" : name;
}

static size_t skip_spaces(const unsigned char *bytes, size_t length, size_t at)
{
	while (at < length && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' ||
	                       bytes[at] == '\n'))
		at++;
	return at;
}

/* Whether the JSON that begins at `at` is a row a line rather than one value. */
static bool looks_like_jsonl(const unsigned char *bytes, size_t length, size_t at)
{
	static const char key[] = "\"embedding";
	const char *found;

	/* [[… is a list of rows; [1… is the first row of many. */
	if (bytes[at] == '[') {
		at = skip_spaces(bytes, length, at + 1);
		return at < length && bytes[at] != '[' && bytes[at] != '{' && bytes[at] != ']';
	}
	/* The key "embeddings" comes before any "embedding", or there is none. */
	found = memmem(bytes + at, length - at, key, sizeof(key) - 1);
	return found && (const unsigned char *)found + sizeof(key) - 1 < bytes + length &&
	       found[sizeof(key) - 1] == '"';
}

static read_function by_contents(const unsigned char *bytes, size_t length)
{
	size_t at = skip_spaces(bytes, length, 0);

	if (length >= NPY_MAGIC_LENGTH && memcmp(bytes, NPY_MAGIC, NPY_MAGIC_LENGTH) == 0)
		return read_npy;
	if (at < length && (bytes[at] == '[' || bytes[at] == '{'))
		return looks_like_jsonl(bytes, length, at) ? read_jsonl : read_json;
	/* A short row length, little-endian: .fvecs has no other mark. */
	if (length >= 8 && bytes[2] == 0 && bytes[3] == 0 && (bytes[0] || bytes[1]))
		return read_fvecs;
	return NULL;
}

bool input_open(struct input *input, const char *name, const char *format,
                struct problem *problem)
{
	const char *ending = strrchr(name, '.');
	read_function read;

	memset(input, 0, sizeof(*input));
	if (!file_bytes_open(&input->file, name, problem))
		return problem_prefix(problem, "cannot read %s: ", input_name(name));
	if (input->file.length == 0) {
		problem_set(problem, "cannot read %s: embeddings were expected, but it is empty",
		            input_name(name));
		goto error;
	}
	if (format)
		read = by_name(format);
	else {
		read = ending ? by_name(ending + 1) : NULL;
		if (!read)
			read = by_contents(input->file.bytes, input->file.length);
	}
	if (!read) {
		problem_set(problem,
		            "cannot read %s: at byte 0 the beginning of a .npy, .json, .jsonl or .fvecs "
		            "file was expected; --input-format says which it is",
		            input_name(name));
		goto error;
	}
	if (!read(input->file.bytes, input->file.length, &input->table, problem)) {
		problem_prefix(problem, "cannot read %s: ", input_name(name));
		goto error;
	}
	return true;
error:
	input_close(input);
	return false;
}

void input_close(struct input *input)
{
	table_free(&input->table);
	file_bytes_close(&input->file);
}
