/* SPDX-License-Identifier: MIT
 *
 * Decides how many sequences to compute per call. A call of about a second shows progress and can
 * be interrupted. Larger batches are used where they are faster, because sequences share work. The
 * time of a call can have other causes, such as the creation of pipelines or a suspended machine,
 * so no decision is final.
 */
#ifndef CLI_BATCH_SIZE_H
#define CLI_BATCH_SIZE_H

#include <stdbool.h>
#include <stdint.h>

struct batch_size {
	uint32_t batch;      /* sequences in the next call */
	uint32_t room;       /* the largest batch that fits the memory */
	bool fixed;          /* the user gave the batch */
	double max_seconds;  /* longest call, however fast its rate */
	double aim_seconds;  /* of a call, if a longer one is no faster */
	double rate;         /* sequences per second in the last full call */
	double smaller_rate; /* rate before the batch was raised, until the next full call; else 0 */
	uint32_t smaller;    /* the batch before it was raised */
	unsigned wait;       /* calls before a larger batch is tried */
	unsigned next_wait;  /* the wait after the next attempt that does not pay */
};

/* room: sequences that fit the memory. fixed: a batch size given by the user, or 0.
 * max_seconds: how long a call may take. A call for a single sequence may take longer. */
void batch_size_begin(struct batch_size *size, uint32_t room, uint32_t fixed, double max_seconds);

/* Records how long a call for `count` sequences took. */
void batch_size_update(struct batch_size *size, uint32_t count, double seconds);

/* The expected time of the next call, or 0 if unknown. */
double batch_size_expected(const struct batch_size *size);

#endif
