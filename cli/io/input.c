/* SPDX-License-Identifier: MIT */
#include "io/input.h"

#include <string.h>
#include <strings.h>

#include "io/foreign.h"
#include "io/npy_header.h"
#include "io/readers.h"
#include "io/text.h"

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
	{"fbin", read_fbin},
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
	while (at < length && text_is_space((char)bytes[at]))
		at++;
	return at;
}

/* Returns NULL if the bytes are not JSON. A list of numbers is the first row of JSON lines; any
 * other value is read the same in both formats. */
static read_function json_by_contents(const unsigned char *bytes, size_t length)
{
	size_t at = skip_spaces(bytes, length, text_mark_length(bytes, length));
	char next;

	/* A .fvecs file may begin with a bracket and zeros. */
	if (at >= length || (bytes[at] != '[' && bytes[at] != '{') ||
	    (at + 1 < length && bytes[at + 1] == '\0'))
		return NULL;
	if (bytes[at] == '{')
		return read_json;
	at = skip_spaces(bytes, length, at + 1);
	next = at < length ? (char)bytes[at] : ']';
	return next == '[' || next == '{' || next == ']' ? read_json : read_jsonl;
}

/* Returns NULL for an unknown format. .fbin and .fvecs have no magic number, so only their size
 * tells them. */
static read_function by_contents(const unsigned char *bytes, size_t length)
{
	read_function json = json_by_contents(bytes, length);

	if (length >= NPY_MAGIC_LENGTH && memcmp(bytes, NPY_MAGIC, NPY_MAGIC_LENGTH) == 0)
		return read_npy;
	if (json)
		return json;
	if (fbin_fits(bytes, length))
		return read_fbin;
	return fvecs_fits(bytes, length) ? read_fvecs : NULL;
}

/* Sets the problem to what the bytes are, if that is known. Returns false. */
static bool name_contents(const unsigned char *bytes, size_t length, read_function read,
                          struct problem *problem)
{
	const char *what = foreign_contents(bytes, length);

	if (!what && !read)
		what = foreign_text(bytes, length);
	if (what)
		return problem_set(problem, "it is %s", what);
	if (!read)
		return problem_set(problem,
		                   "at byte 0 the beginning of a .npy, .json, .jsonl, .fvecs or .fbin file "
		                   "was expected; --input-format says which it is");
	if (read != read_npy && by_contents(bytes, length) == read_npy)
		return problem_set(problem, "its contents are those of a .npy file; --input-format npy "
		                            "reads it");
	return false;
}

bool input_read(const unsigned char *bytes, size_t length, const char *name, const char *format,
                struct table *table, struct problem *problem)
{
	const char *ending = strrchr(name, '.');
	const char *foreign = ending && !format ? foreign_ending(ending + 1) : NULL;
	read_function read;

	memset(table, 0, sizeof(*table));
	if (length == 0)
		return problem_set(problem, "embeddings were expected, but it is empty");
	if (foreign)
		return problem_set(problem, "it is %s", foreign);
	if (format)
		read = by_name(format);
	else
		read = ending ? by_name(ending + 1) : NULL;
	if (!read && !format) {
		read = by_contents(bytes, length);
		if (read == read_fvecs && fvecs_holds_integers(bytes, length))
			return problem_set(problem,
			                   "it has the form of .fvecs, but all its numbers are integers, as in "
			                   ".ivecs, where embeddings were expected; --input-format fvecs reads "
			                   "them as floats all the same");
	}
	if (read && read(bytes, length, table, problem))
		return true;
	/* A recognised format explains more than the position of the first unexpected byte. */
	return name_contents(bytes, length, read, problem);
}

bool input_open(struct input *input, const char *name, const char *format,
                struct problem *problem)
{
	memset(input, 0, sizeof(*input));
	if (file_bytes_open(&input->file, name, problem) &&
	    input_read(input->file.bytes, input->file.length, name, format, &input->table, problem)) {
		if (input->table.owned)
			file_bytes_close(&input->file);
		return true;
	}
	input_close(input);
	return problem_prefix(problem, "cannot read %s: ", input_name(name));
}

void input_close(struct input *input)
{
	table_free(&input->table);
	file_bytes_close(&input->file);
}
