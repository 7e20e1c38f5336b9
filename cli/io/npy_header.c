/* SPDX-License-Identifier: MIT */
#include "io/npy_header.h"

#include <stdio.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are written in host byte order");

/* A position in the dictionary of the header, which is a Python literal. */
struct cursor {
	const char *text;
	size_t start; /* of the dictionary in the file, for messages */
	size_t length;
	size_t at;
};

static bool expected(const struct cursor *cursor, struct problem *problem, const char *what)
{
	return problem_set(problem, "at byte %zu of its .npy header %s was expected",
	                   cursor->start + cursor->at, what);
}

static void skip_spaces(struct cursor *cursor)
{
	while (cursor->at < cursor->length && strchr(" \t\r\n", cursor->text[cursor->at]) &&
	       cursor->text[cursor->at] != '\0')
		cursor->at++;
}

/* Skips spaces and takes the character if it comes next. */
static bool take(struct cursor *cursor, char character)
{
	skip_spaces(cursor);
	if (cursor->at >= cursor->length || cursor->text[cursor->at] != character)
		return false;
	cursor->at++;
	return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	skip_spaces(cursor);
	if (cursor->length - cursor->at < length ||
	    memcmp(cursor->text + cursor->at, word, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/* A string without escapes, of at most size - 1 characters. */
static bool take_string(struct cursor *cursor, char *string, size_t size)
{
	size_t used = 0;
	char quote;

	if (take(cursor, '\''))
		quote = '\'';
	else if (take(cursor, '"'))
		quote = '"';
	else
		return false;
	for (; cursor->at < cursor->length; cursor->at++) {
		char character = cursor->text[cursor->at];

		if (character == quote) {
			cursor->at++;
			string[used] = '\0';
			return true;
		}
		if (character == '\\' || character == '\0' || used + 1 >= size)
			return false;
		string[used++] = character;
	}
	return false;
}

static bool take_number(struct cursor *cursor, uint64_t *number)
{
	size_t digits = 0;

	skip_spaces(cursor);
	*number = 0;
	for (; cursor->at < cursor->length; cursor->at++, digits++) {
		char character = cursor->text[cursor->at];

		if (character < '0' || character > '9')
			break;
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(character - '0'), number))
			return false;
	}
	/* Python 2 wrote long integers with an L. */
	if (digits > 0 && cursor->at < cursor->length && cursor->text[cursor->at] == 'L')
		cursor->at++;
	return digits > 0;
}

static bool take_shape(struct cursor *cursor, struct npy_header *header, struct problem *problem)
{
	if (!take(cursor, '('))
		return expected(cursor, problem, "the shape, such as (7797, 768),");
	header->dimensions = 0;
	while (!take(cursor, ')')) {
		uint64_t number;

		if (header->dimensions > 0 && !take(cursor, ','))
			return expected(cursor, problem, "',' or ')' in the shape");
		if (header->dimensions > 0 && take(cursor, ')'))
			break;
		if (!take_number(cursor, &number))
			return expected(cursor, problem, "a number below 2^64 in the shape");
		if (header->dimensions < 2)
			header->shape[header->dimensions] = number;
		header->dimensions++;
	}
	return true;
}

enum {
	HAS_TYPE = 1,
	HAS_ORDER = 2,
	HAS_SHAPE = 4
};

static bool take_entry(struct cursor *cursor, struct npy_header *header, unsigned *seen,
                       struct problem *problem)
{
	char key[16];

	if (!take_string(cursor, key, sizeof(key)))
		return expected(cursor, problem, "'descr', 'fortran_order' or 'shape'");
	if (!take(cursor, ':'))
		return expected(cursor, problem, "':'");
	if (strcmp(key, "descr") == 0) {
		if (!take_string(cursor, header->type, sizeof(header->type)))
			return expected(cursor, problem,
			                "one type of numbers, such as '<f4', rather than fields (in NumPy, "
			                "x['NAME'] is one of them),");
		*seen |= HAS_TYPE;
	} else if (strcmp(key, "fortran_order") == 0) {
		header->fortran_order = take_word(cursor, "True");
		if (!header->fortran_order && !take_word(cursor, "False"))
			return expected(cursor, problem, "True or False");
		*seen |= HAS_ORDER;
	} else if (strcmp(key, "shape") == 0) {
		if (!take_shape(cursor, header, problem))
			return false;
		*seen |= HAS_SHAPE;
	} else {
		return expected(cursor, problem, "before it 'descr', 'fortran_order' or 'shape'");
	}
	return true;
}

static bool take_dictionary(struct cursor *cursor, struct npy_header *header,
                            struct problem *problem)
{
	unsigned seen = 0;
	bool first = true;

	if (!take(cursor, '{'))
		return expected(cursor, problem, "'{'");
	while (!take(cursor, '}')) {
		if (!first && !take(cursor, ','))
			return expected(cursor, problem, "',' or '}'");
		if (!first && take(cursor, '}'))
			break;
		if (!take_entry(cursor, header, &seen, problem))
			return false;
		first = false;
	}
	skip_spaces(cursor);
	if (cursor->at < cursor->length)
		return expected(cursor, problem, "nothing after '}'");
	if (seen != (HAS_TYPE | HAS_ORDER | HAS_SHAPE))
		return expected(cursor, problem,
		                "before its end each of 'descr', 'fortran_order', 'shape'");
	return true;
}

bool npy_header_read(const unsigned char *bytes, size_t length, struct npy_header *header,
                     struct problem *problem)
{
	struct cursor cursor = {0};
	size_t prefix;

	memset(header, 0, sizeof(*header));
	if (length < NPY_MAGIC_LENGTH || memcmp(bytes, NPY_MAGIC, NPY_MAGIC_LENGTH) != 0)
		return problem_set(problem, "at byte 0 the mark of a .npy file (\\x93NUMPY) was expected");
	if (length < 10)
		return problem_set(problem, "at byte %zu the rest of a .npy header was expected", length);
	if (bytes[6] < 1 || bytes[6] > 3)
		return problem_set(problem, "at byte 6 a .npy version of 1, 2 or 3 was expected, not %u",
		                   bytes[6]);
	prefix = bytes[6] == 1 ? 10 : 12;
	if (length < prefix)
		return problem_set(problem, "at byte %zu the rest of a .npy header was expected", length);
	cursor.length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
	if (bytes[6] > 1)
		cursor.length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
	if (cursor.length > length - prefix)
		return problem_set(problem,
		                   "at byte %zu a .npy header of %zu bytes was expected, but the file ends "
		                   "after %zu",
		                   prefix, cursor.length, length - prefix);
	cursor.text = (const char *)bytes + prefix;
	cursor.start = prefix;
	header->data_offset = prefix + cursor.length;
	return take_dictionary(&cursor, header, problem);
}

void npy_header_write(unsigned char header[NPY_HEADER_SIZE], const char *type, uint64_t rows,
                      uint64_t columns)
{
	const size_t prefix = 10;
	int used;

	memset(header, ' ', NPY_HEADER_SIZE);
	memcpy(header, NPY_MAGIC "\x01\x00", 8);
	header[8] = NPY_HEADER_SIZE - prefix;
	header[9] = 0;
	used = snprintf((char *)header + prefix, NPY_HEADER_SIZE - prefix,
	                "{'descr': '%s', 'fortran_order': False, 'shape': (%llu, %llu), }", type,
	                (unsigned long long)rows, (unsigned long long)columns);
	header[prefix + (size_t)used] = ' ';
	header[NPY_HEADER_SIZE - 1] = '\n';
}
