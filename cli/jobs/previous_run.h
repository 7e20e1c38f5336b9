/* SPDX-License-Identifier: MIT
 *
 * --extend: the sequences of an earlier run, made from the first rows of the
 * present embeddings.
 */
#ifndef CLI_OLD_H
#define CLI_OLD_H

#include <stdint.h>

#include "files/file_bytes.h"
#include "commands/session.h"

struct old {
	struct file_bytes file;
	const uint32_t *sequences; /* rows x length */
	uint32_t rows, length;
};

/* Opens --extend's file and makes sure that it holds sequences, made from the first rows of the
 * session's table. Where only the user says so, old_compare() has to follow. Returns an exit
 * status, having said what is wrong. */
int old_open(struct old *old, const struct session *session);

/* Computes some of the sequences again, to see whether the options and the library's results were
 * the same. Uploads the first rows for that. Returns an exit status, having said what is wrong. */
int old_compare(const struct old *old, struct session *session);
void old_close(struct old *old);

/* The sequence from a start below old->rows. */
const uint32_t *old_sequence(const struct old *old, uint32_t start);

#endif
