/* SPDX-License-Identifier: MIT
 *
 * Writing files so that they are either whole or not there.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

/* A file written beside its target and renamed onto it when it is complete. Until then, and
 * whatever happens, the target is what it was. Or a pipe, a device, standard output: what is
 * written there is gone. */
struct output {
	char *target;    /* or what a message calls it */
	char *temporary; /* NULL: written to the target itself */
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

/* The same for two that belong together, and are locked: whenever the second target is there, it
 * belongs to the first. */
bool output_commit_pair(struct output *first, struct output *second, struct problem *problem);

/* Frees; what was not committed is removed. An all-zero output is fine. */
void output_close(struct output *output);

#endif
