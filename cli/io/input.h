/* SPDX-License-Identifier: MIT
 *
 * The embeddings, from a file in any format that is understood.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stdbool.h>

#include "files/file_bytes.h"
#include "base/problem.h"
#include "io/table.h"

struct input {
	struct file_bytes file;
	struct table table;
};

/* Formats by name: npy, json, jsonl, fvecs, fbin. */
bool input_format_known(const char *format);

/* name: a file, or "-" for standard input. format: one of the names above, or NULL to
 * tell by the name's ending and, failing that, by the contents. */
bool input_open(struct input *input, const char *name, const char *format,
                struct problem *problem);

/* The same of the bytes that the file has; the table may point into them. */
bool input_read(const unsigned char *bytes, size_t length, const char *name, const char *format,
                struct table *table, struct problem *problem);

void input_close(struct input *input);

/* What to call it in a message. */
const char *input_name(const char *name);

#endif
