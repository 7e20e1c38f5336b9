/* SPDX-License-Identifier: MIT */
#include "io/json_scan.h"

#include <stdlib.h>

#include "io/text.h"

char json_scan_peek(struct json_scan *scan)
{
	while (scan->at < scan->length) {
		char character = scan->text[scan->at];

		if (!text_is_space(character))
			return character;
		scan->at++;
	}
	return '\0';
}

bool json_scan_string(struct json_scan *scan)
{
	if (scan->at >= scan->length || scan->text[scan->at] != '"')
		return false;
	for (scan->at++; scan->at < scan->length; scan->at++) {
		char character = scan->text[scan->at];

		if (character == '"') {
			scan->at++;
			return true;
		}
		if (character == '\n' && scan->lines)
			return false;
		/* An escaped quote does not end the string. */
		if (character == '\\' && scan->at + 1 < scan->length)
			scan->at++;
	}
	return false;
}

static bool is_digit(const struct json_scan *scan)
{
	return scan->at < scan->length && scan->text[scan->at] >= '0' && scan->text[scan->at] <= '9';
}

static bool take(struct json_scan *scan, char character)
{
	if (scan->at >= scan->length || scan->text[scan->at] != character)
		return false;
	scan->at++;
	return true;
}

static bool take_digits(struct json_scan *scan)
{
	if (!is_digit(scan))
		return false;
	while (is_digit(scan))
		scan->at++;
	return true;
}

bool json_scan_number(struct json_scan *scan)
{
	take(scan, '-');
	/* No digit may follow a leading zero. */
	if (!take(scan, '0') && !take_digits(scan))
		return false;
	if (take(scan, '.') && !take_digits(scan))
		return false;
	if (take(scan, 'e') || take(scan, 'E')) {
		if (!take(scan, '-'))
			take(scan, '+');
		return take_digits(scan);
	}
	return true;
}

/* Skips a number, true, false or null, or extensions of them such as NaN and -Infinity. */
static bool skip_word(struct json_scan *scan)
{
	size_t start = scan->at;

	for (; scan->at < scan->length; scan->at++) {
		unsigned char character = (unsigned char)scan->text[scan->at];
		unsigned char letter = character | 0x20;

		if (!(character >= '0' && character <= '9') && !(letter >= 'a' && letter <= 'z') &&
		    character != '-' && character != '+' && character != '.')
			break;
	}
	return scan->at > start;
}

static bool push(struct json_scan *scan, size_t depth, char closer)
{
	if (depth == scan->closers_capacity) {
		size_t capacity = depth ? depth * 2 : 256;
		char *larger = realloc(scan->closers, capacity);

		if (!larger)
			return false;
		scan->closers = larger;
		scan->closers_capacity = capacity;
	}
	scan->closers[depth] = closer;
	return true;
}

static const char *skip_key(struct json_scan *scan)
{
	if (json_scan_peek(scan) != '"')
		return "a key in double quotes";
	if (!json_scan_string(scan))
		return "the closing quote of a key";
	if (json_scan_peek(scan) != ':')
		return "':'";
	scan->at++;
	return NULL;
}

/* Skips a value that is neither a list nor an object. */
static const char *skip_scalar(struct json_scan *scan)
{
	if (scan->at < scan->length && scan->text[scan->at] == '"')
		return json_scan_string(scan) ? NULL : "the closing quote of a text";
	return skip_word(scan) ? NULL : "a value";
}

const char *json_scan_value(struct json_scan *scan)
{
	size_t depth = 0;
	const char *missing;

	for (;;) {
		char opener = json_scan_peek(scan);

		if (opener == '[' || opener == '{') {
			char closer = opener == '[' ? ']' : '}';

			scan->at++;
			if (!push(scan, depth, closer))
				return "less nesting than exhausts the memory";
			depth++;
			if (json_scan_peek(scan) != closer) {
				missing = opener == '{' ? skip_key(scan) : NULL;
				if (missing)
					return missing;
				continue;
			}
		} else {
			missing = skip_scalar(scan);
			if (missing)
				return missing;
		}
		/* Here the cursor is after a value, or before the end of an empty list or object. */
		for (;;) {
			char next;

			if (depth == 0)
				return NULL;
			next = json_scan_peek(scan);
			if (next != scan->closers[depth - 1])
				break;
			scan->at++;
			depth--;
		}
		if (json_scan_peek(scan) != ',')
			return scan->closers[depth - 1] == ']' ? "',' or ']'" : "',' or '}'";
		scan->at++;
		missing = scan->closers[depth - 1] == '}' ? skip_key(scan) : NULL;
		if (missing)
			return missing;
	}
}

void json_scan_close(struct json_scan *scan)
{
	free(scan->closers);
	scan->closers = NULL;
	scan->closers_capacity = 0;
}
