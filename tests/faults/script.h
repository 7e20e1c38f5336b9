/* SPDX-License-Identifier: MIT
 *
 * One complete use of the library in steps (devices, init, upload, matrix, rows, packed,
 * neighbours, sequences, a second upload, its matrix ahead of time, a third, whose sequences need
 * exact decisions, destroy), run under a source of faults. If a call fails, the step reports it in
 * a message, nothing is lost or leaked, and the same context then gives the right answers.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "vulkan_compute.h"

/* A source of faults: the Vulkan layer or the allocator. */
struct fault_source {
	const char *name;
	/* Makes the calls first to first + count - 1 fail; count 0: all from first on. */
	void (*arm)(uint64_t first, uint64_t count);
	void (*disarm)(void);
	uint64_t (*faults)(void);        /* injected since arm() */
	const char *(*fault_name)(void); /* the last call that failed */
	/* Whether a step may return this result for a fault; starting: there is no context yet. */
	bool (*is_right)(VkcResult result, bool starting);
	/* Fails the test if anything is left over or a rule was violated. */
	void (*check_clean)(const char *when);
};

/* How the script creates its contexts. */
struct script_mode {
	const char *name;
	const char *tuning;
	const char *limits; /* for the test layer (see limits.c), or NULL */
	bool after_start;   /* no faults before the first upload */
	uint64_t stride;    /* between the calls that fail in turn */
};

/* Totals over all runs, for the last line of a test. */
struct script_counts {
	uint64_t faults;   /* runs in which a call failed */
	uint64_t reported; /* ... and the library reported it */
	uint64_t absorbed; /* ... and the library worked around it */
	uint64_t lost;     /* ... and the device was lost */
};

/* Runs the script without faults and keeps its results as the expected ones. */
void script_prepare(void);

/* Runs the script again and again, with a later call failing each time, until it completes without
 * a fault. `stride` is the distance between these calls; `count` is as in arm(). */
void script_survive(const struct script_mode *mode, const struct fault_source *source,
                    uint64_t step, uint64_t count, struct script_counts *counts);

void script_release(void);

#endif
