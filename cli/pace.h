/* SPDX-License-Identifier: MIT
 *
 * How many sequences to ask for in one call. A call that lasts about a second shows
 * progress and can be interrupted; more at a time is asked for where that is faster,
 * as it is where sequences share work.
 */
#ifndef CLI_PACE_H
#define CLI_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint32_t batch;      /* of the next call */
	uint32_t most;       /* a larger one does not fit the memory, or was found not to pay */
	bool fixed;          /* batch was given by the user */
	bool warm;           /* the first call, which prepares things, is over */
	double smaller_rate; /* sequences a second before batch was last doubled, or 0 */
};

/* fixed: a batch size given by the user, or 0. */
void pace_begin(struct pace *pace, uint32_t most, uint32_t fixed);

/* A call for `count` has taken so long. */
void pace_update(struct pace *pace, uint32_t count, double seconds);

#endif
