/* SPDX-License-Identifier: MIT
 *
 * A cursor over JSON text that finds the ends of values without building them.
 *
 * Next to an embedding, exporters write values that a strict parser refuses: U+0000, lone
 * surrogates in truncated text, integers of 64 bits and more, Python's NaN, deep nesting. Jansson
 * cannot skip values, and its flags allow only some of these. The scanner therefore skips unneeded
 * values by their quotes and brackets alone.
 */
#ifndef CLI_JSON_SCAN_H
#define CLI_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct json_scan {
	const char *text;
	size_t length;
	size_t at;
	bool lines;    /* a string must end on the line where it begins */
	char *closers; /* brackets that close the open lists and objects */
	size_t closers_capacity;
};

/* Skips spaces. Returns the next character, or '\0' at the end. */
char json_scan_peek(struct json_scan *scan);

/* Each moves past a token at the cursor, or stops where the token is invalid and returns false. */
bool json_scan_string(struct json_scan *scan);
bool json_scan_number(struct json_scan *scan);

/* Moves past the value at the cursor. Returns NULL, or what was expected at the cursor. */
const char *json_scan_value(struct json_scan *scan);

/* Frees the memory of the scanner. */
void json_scan_close(struct json_scan *scan);

#endif
