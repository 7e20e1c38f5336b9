/* SPDX-License-Identifier: MIT
 *
 * --extend: the sequences of an earlier run, made from the first rows of the
 * present embeddings.
 */
#ifndef CLI_OLD_H
#define CLI_OLD_H

#include <stdint.h>

#include "file_bytes.h"
#include "options.h"
#include "table.h"

struct old {
	struct file_bytes file;
	const uint32_t *sequences; /* rows x length */
	uint32_t rows, length;
};

/* Opens --extend's file and makes sure that it was made from the first rows of the table, with
 * the present options. Returns an exit status, having said what is wrong. */
int old_open(struct old *old, const struct options *options, const struct table *table);
void old_close(struct old *old);

/* The sequence from a start below old->rows, or NULL with a problem where it is none. */
const uint32_t *old_sequence(const struct old *old, uint32_t start, uint32_t *seen,
                             struct problem *problem);

#endif
