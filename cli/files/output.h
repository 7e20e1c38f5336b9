/* SPDX-License-Identifier: MIT
 *
 * Writes files atomically: a file is either complete or absent.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

/* Either a temporary file, which is renamed onto its target when it is complete, so that the target
 * does not change before; or a stream (a pipe, a device, standard output), which is written
 * directly. */
struct output {
	char *target;    /* its name, also for messages */
	char *temporary; /* NULL: bytes go to the target itself */
	char *lock_name; /* NULL: other processes may write the same target */
	int descriptor, lock;
	uint64_t used; /* bytes written */
};

/* Whether the name means standard output: "-". */
bool output_is_standard(const char *target);

/* Opens a file, standard output, a pipe or a device that takes bytes; refuses a terminal. size is
 * that of the whole file, to reserve its space, or 0 if unknown. */
bool output_open(struct output *output, const char *target, uint64_t size,
                 struct problem *problem);

/* Creates a file. No other process can do so for the same target until it is closed. */
bool output_create_locked(struct output *output, const char *target, uint64_t size,
                          struct problem *problem);

/* Creates a file that no other process writes. Its temporary file has a fixed name, so each run
 * overwrites what a killed one left. */
bool output_create_unlocked(struct output *output, const char *target, struct problem *problem);

bool output_append(struct output *output, const void *bytes, size_t length,
                   struct problem *problem);
bool output_commit(struct output *output, struct problem *problem);

/* Commits two locked files that belong together. Whenever the second target exists, it belongs to
 * the first. */
bool output_commit_pair(struct output *first, struct output *second, struct problem *problem);

/* Frees the output and removes an uncommitted file. An all-zero output is allowed. */
void output_close(struct output *output);

#endif
