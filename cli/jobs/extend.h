/* SPDX-License-Identifier: MIT
 *
 * Computes batches of sequences whose beginnings an earlier run has computed.
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
	uint32_t *kept;     /* elements kept of each sequence of the batch */
	uint32_t *order;    /* indices in the batch, by descending kept */
	uint32_t *prefixes; /* of a call */
	uint32_t *results;
	uint64_t elements_kept; /* in all batches so far */
};

/* Checks the file of --extend and uploads the embeddings. max: the largest batch. Returns an exit
 * status. */
int extend_open(struct extend *extend, struct session *session, uint32_t max, uint32_t length);

/* Computes the sequences from rows first … first + count - 1. Returns an exit status. */
int extend_compute(struct extend *extend, uint32_t first, uint32_t count, uint32_t length,
                   uint32_t *sequences);

void extend_close(struct extend *extend);

#endif
