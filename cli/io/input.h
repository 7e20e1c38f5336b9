/* SPDX-License-Identifier: MIT
 *
 * Reads embeddings from a file in any supported format.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stdbool.h>

#include "files/file_bytes.h"
#include "base/problem.h"
#include "io/table.h"

struct input {
	struct file_bytes file; /* closed if the numbers of the table are in memory of their own */
	struct table table;
};

/* Whether this is the name of a format: npy, json, jsonl, fvecs, fbin. */
bool input_format_known(const char *format);

/* name: a file, or "-" for standard input. format: one of the names above, or NULL to detect it
 * from the file extension or, failing that, from the contents. */
bool input_open(struct input *input, const char *name, const char *format,
                struct problem *problem);

/* The same for the bytes of a file. The table may point into them. */
bool input_read(const unsigned char *bytes, size_t length, const char *name, const char *format,
                struct table *table, struct problem *problem);

void input_close(struct input *input);

/* The name of an input in messages. */
const char *input_name(const char *name);

#endif
