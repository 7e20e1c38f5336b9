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

/* size: of the whole file where it is known, to be sure of the space; else 0. */
bool output_create(struct output *output, const char *target, uint64_t size,
                   struct problem *problem);

/* The same, but the target may also be standard output, a pipe or a device that takes bytes; a
 * terminal is refused. */
bool output_open(struct output *output, const char *target, uint64_t size,
                 struct problem *problem);

/* As output_create(), but while it is open no other process can do the same. */
bool output_create_locked(struct output *output, const char *target, uint64_t size,
                          struct problem *problem);

/* The same where no other process writes this target: what a run that was killed has left is
 * overwritten by the next. */
bool output_create_alone(struct output *output, const char *target, struct problem *problem);

bool output_append(struct output *output, const void *bytes, size_t length,
                   struct problem *problem);
bool output_commit(struct output *output, struct problem *problem);

/* The same for two that belong together, and are locked: whenever the second target is there, it
 * belongs to the first. */
bool output_commit_pair(struct output *first, struct output *second, struct problem *problem);

/* Frees; what was not committed is removed. An all-zero output is fine. */
void output_close(struct output *output);

#endif
