/* SPDX-License-Identifier: MIT
 *
 * The beginnings of sequences that an earlier run has computed.
 */
#ifndef CLI_EXTEND_H
#define CLI_EXTEND_H

#include <stdint.h>

#include "jobs/previous_run.h"
#include "jobs/replay.h"
#include "session/session.h"

struct extend {
	struct session *session;
	struct previous_run old;
	struct replay *replay;
	uint64_t elements_kept; /* by all calls of extend_keep() so far */
};

/* Checks the file of --extend and uploads the embeddings. Returns an exit status. */
int extend_open(struct extend *extend, struct session *session);

/* Begins the sequence from a start with what is still valid of the old one. Returns how many
 * elements that is, at least 1. */
uint32_t extend_keep(struct extend *extend, uint32_t start, uint32_t length, uint32_t *sequence);

void extend_close(struct extend *extend);

#endif
