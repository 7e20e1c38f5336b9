/* SPDX-License-Identifier: MIT
 *
 * A scratch directory that is removed when the process ends, and programs that run in it. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Creates a directory within `parent` and changes to it. It is removed when the process ends,
 * except by SIGKILL. */
void scratch_open(const char *parent);
/* Changes back to the original directory. */
void scratch_leave(void);

/* Makes drivers in programs started from now on keep compiled shaders in this new, empty
 * subdirectory. */
void scratch_shader_cache(const char *name);

struct outcome {
	double seconds;    /* from before its start to its end */
	uint64_t peak;     /* peak memory in bytes */
	char output[8192]; /* beginning of standard output and standard error */
};

/* Runs a program, given as its path, its arguments and NULL. Ends this process if the program
 * fails. `peak` is never less than the memory of this process, so keep that small. */
struct outcome run_program(const char *const *arguments);

/* Returns whether `path` without its first `skip` bytes has the same contents as `other`. */
bool same_bytes(const char *path, uint64_t skip, const char *other);

#endif
