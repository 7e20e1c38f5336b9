/* SPDX-License-Identifier: MIT
 *
 * --extend: the sequences of an earlier run, computed from the first rows of the current
 * embeddings.
 */
#ifndef CLI_PREVIOUS_RUN_H
#define CLI_PREVIOUS_RUN_H

#include <stdint.h>

#include "files/file_bytes.h"
#include "session/session.h"

struct previous_run {
	struct file_bytes file;
	const uint32_t *sequences; /* rows x length */
	uint32_t rows, length;
};

/* Opens the file of --extend and checks that it holds sequences of the first rows of the session's
 * table. With --old-embeddings, call previous_run_compare() next. Returns an exit status,
 * after printing the error. */
int previous_run_open(struct previous_run *old, const struct session *session);

/* Computes some sequences again, to check that the earlier run had the same options and a library
 * with the same results. Uploads the first rows. Returns an exit status, after printing the
 * error. */
int previous_run_compare(const struct previous_run *old, struct session *session);
void previous_run_close(struct previous_run *old);

/* The sequence from a start below old->rows. */
const uint32_t *previous_run_sequence(const struct previous_run *old, uint32_t start);

#endif
