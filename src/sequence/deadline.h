/* SPDX-License-Identifier: MIT
 *
 * The time at which a batch of walks stops, complete or not. */
#ifndef VKC_DEADLINE_H
#define VKC_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
	double at; /* by seconds_now() */
	/* Elements that every walk of the batch had before. Walks that stop have more than these. */
	uint32_t known;
	double began;    /* when the walks began to repeat the known elements */
	double repeated; /* when they had done so */
	bool passed;     /* the walks were stopped */
};

/* Call this when the walks of a batch begin. */
void deadline_start(struct deadline *deadline);

/* Whether walks that have `elements` elements must stop now. They go on for at least as long as it
 * took to repeat the known elements, so that repetition never takes most of the time. */
bool deadline_check(struct deadline *deadline, uint32_t elements);

#endif
