/* SPDX-License-Identifier: MIT
 *
 * How many sequences to ask for in one call. A call that lasts about a second shows
 * progress and can be interrupted; more at a time is asked for where that is faster,
 * as it is where sequences share work. What a call took may have had other reasons,
 * the making of pipelines or a machine that was asleep: nothing is concluded for good.
 */
#ifndef CLI_BATCH_SIZE_H
#define CLI_BATCH_SIZE_H

#include <stdbool.h>
#include <stdint.h>

struct batch_size {
	uint32_t batch;      /* of the next call */
	uint32_t room;       /* more do not fit the memory */
	bool fixed;          /* batch was given by the user */
	double max_seconds;  /* of a call, however much faster it is */
	double aim_seconds;  /* of a call, where no more is gained */
	double rate;         /* sequences a second of the last call that tells */
	double smaller_rate; /* before batch was raised, until the next call tells; else 0 */
	uint32_t smaller;    /* batch before it was raised */
	unsigned wait;       /* calls until a larger batch is tried again */
	unsigned next_wait;  /* after the next trial that does not pay */
};

/* room: sequences that fit the memory. fixed: a batch size given by the user, or 0.
 * most_seconds: what a call may take; a single sequence may take more. */
void batch_size_begin(struct batch_size *size, uint32_t room, uint32_t fixed, double max_seconds);

/* A call for `count` has taken so long. */
void batch_size_update(struct batch_size *size, uint32_t count, double seconds);

/* How long the next call will probably take; 0 where nothing is known yet. */
double batch_size_expected(const struct batch_size *size);

#endif
