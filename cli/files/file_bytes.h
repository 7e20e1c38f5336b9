/* SPDX-License-Identifier: MIT
 *
 * The bytes of a file (memory-mapped) or of standard input.
 */
#ifndef CLI_FILE_BYTES_H
#define CLI_FILE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"

struct file_bytes {
	const unsigned char *bytes;
	size_t length;
	void *mapped; /* what to unmap, or NULL */
	void *owned;  /* what to free, or NULL */
};

/* The name "-" means standard input. */
bool file_bytes_open(struct file_bytes *file, const char *name, struct problem *problem);
void file_bytes_close(struct file_bytes *file);

#endif
