/* SPDX-License-Identifier: MIT
 *
 * A cursor over JSON text that finds where values end without building them.
 *
 * Exporters write much beside an embedding that a strict parser refuses: U+0000 and half a
 * surrogate pair in texts that were cut, integers of 64 bits and more, Python's NaN, deep nesting.
 * None of it is needed here. Jansson has no way to skip a value, and its flags cover only some of
 * these; so what is not needed is skipped by its quotes and brackets alone.
 */
#ifndef CLI_JSON_SCAN_H
#define CLI_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct json_scan {
	const char *text;
	size_t length;
	size_t at;
	bool lines;    /* a string ends in the line that it begins in */
	char *closers; /* of the lists and objects that a value being skipped has opened */
	size_t closers_capacity;
};

/* The next character that is not a space, or '\0' at the end. */
char json_scan_peek(struct json_scan *scan);

/* Each moves behind what stands at the cursor, or stops where that is wrong and returns false. */
bool json_scan_string(struct json_scan *scan);
bool json_scan_number(struct json_scan *scan);

/* Moves behind the value at the cursor. Returns NULL, or what was expected at the cursor. */
const char *json_scan_value(struct json_scan *scan);

/* Frees what was needed to skip values. */
void json_scan_close(struct json_scan *scan);

#endif
