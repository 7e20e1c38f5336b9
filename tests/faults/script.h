/* SPDX-License-Identifier: MIT
 *
 * One complete use of the library in steps (devices, init, upload, matrix, rows, packed,
 * neighbours, sequences, a second upload, its matrix ahead of time, destroy), run under a source of
 * faults: whatever fails, the step says so in a sentence, nothing is lost or leaked, and the same
 * context then gives the right answers.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "vulkan_compute.h"

/* What makes calls fail: the Vulkan layer or the allocator. */
struct fault_source {
	const char *name;
	/* The calls first to first + count - 1 (0: all from there on) are going to fail. */
	void (*arm)(uint64_t first, uint64_t count);
	void (*disarm)(void);
	uint64_t (*faults)(void);        /* given since arm() */
	const char *(*fault_name)(void); /* the last call that failed */
	/* Whether a step may answer a fault with this; starting: no context is there yet. */
	bool (*is_right)(VkcResult result, bool starting);
	/* Fails the test when anything is left over or a rule was broken. */
	void (*check_clean)(const char *when);
};

/* How the script's contexts are made. */
struct script_mode {
	const char *name;
	const char *tuning;
	const char *limits; /* of the test layer (see limits.c), or NULL */
	bool after_start;   /* faults only from the first upload on */
	uint64_t stride;    /* of the calls that fail in turn */
};

/* Sums over runs, for the last line of a test. */
struct script_counts {
	uint64_t faults;   /* runs in which a call failed */
	uint64_t reported; /* ... and the library said so */
	uint64_t absorbed; /* ... and the library did without */
	uint64_t lost;     /* ... and the device was lost */
};

/* Runs the script without faults and keeps its answers as the right ones. */
void script_prepare(void);

/* Runs the script with each call failing in turn, step by step calls apart, until it runs through
 * without a fault; count as in arm(). */
void script_survive(const struct script_mode *mode, const struct fault_source *source,
                    uint64_t step, uint64_t count, struct script_counts *counts);

void script_release(void);

#endif
