/* SPDX-License-Identifier: MIT
 *
 * A folder for large files that goes with the process, and programs that are run in it. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Makes a folder within `parent` and goes there. Whatever ends the process but SIGKILL
 * removes it. */
void scratch_open(const char *parent);
/* Goes back to where the process was. */
void scratch_leave(void);

/* Makes the drivers that run from now on keep their compiled shaders in this folder, which is
 * empty at first. */
void scratch_cache(const char *folder);

struct outcome {
	double seconds;    /* from before its start to its end */
	uint64_t peak;     /* bytes that it had in memory at most */
	char output[8192]; /* the first of what it wrote, standard error too */
};

/* Runs a program: its path, its arguments, NULL. Ends this process where that fails.
 * `peak` is at least what this process has in memory itself: it should be little. */
struct outcome run_program(const char *const *arguments);

/* Whether one file holds, from these bytes on, what the other one holds. */
bool same_bytes(const char *path, uint64_t skip, const char *other);

#endif
