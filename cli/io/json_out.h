/* SPDX-License-Identifier: MIT
 *
 * Prints JSON on standard output.
 */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <jansson.h>

#include "base/options.h"

/* Prints a value, then `after`, such as "\n". Takes the reference; NULL means that memory ran out.
 * Returns an exit status. */
int json_print(const struct command_line *options, json_t *value, const char *after);

/* Makes a string of bytes that may not be valid UTF-8, such as the name of a file. Invalid bytes
 * become U+FFFD. Returns NULL when memory runs out. */
json_t *json_text(const char *bytes);

/* Flushes standard output. Returns an exit status. */
int json_flush(const struct command_line *options);

#endif
