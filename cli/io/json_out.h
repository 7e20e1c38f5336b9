/* SPDX-License-Identifier: MIT
 *
 * JSON on standard output.
 */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <jansson.h>

#include "base/options.h"

/* Prints one value and what is to follow it, such as "\n"; takes the reference, NULL being a
 * lack of memory. Returns an exit status. */
int json_print(const struct command_line *options, json_t *value, const char *after);

/* A new string of bytes that may be no UTF-8, as names of files may: what is none becomes U+FFFD.
 * NULL when memory ran out. */
json_t *json_text(const char *bytes);

/* Whether all that was printed has gone out. Returns an exit status. */
int json_flush(const struct command_line *options);

#endif
