/* SPDX-License-Identifier: MIT
 *
 * Writing files so that they are either whole or not there.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

/* A new string: path + suffix. */
char *path_with(const char *path, const char *suffix);

/* Where to write: a new string, symbolic links followed, so that renaming onto it keeps them.
 * NULL with a problem where the target is no regular file, its directory is not there, or a link
 * leads nowhere. */
char *resolve_target(const char *path, struct problem *problem);

/* Writes all at that place of the file, which is named in the problem. */
bool write_at(int descriptor, const char *name, const void *bytes, size_t length, uint64_t offset,
              struct problem *problem);

/* Takes the disk space for so many bytes now. */
bool reserve_space(int descriptor, const char *name, uint64_t size, struct problem *problem);

/* Makes the names in the directory of this file durable. */
bool sync_directory(const char *path, struct problem *problem);

/* A file written beside its target and renamed onto it when it is complete. Until then, and
 * whatever happens, the target is what it was. */
struct output {
	char *target;
	char *temporary;
	int descriptor;
	uint64_t used; /* bytes written */
};

/* size: of the whole file where it is known, to be sure of the space; else 0. */
bool output_create(struct output *output, const char *target, uint64_t size,
                   struct problem *problem);

/* The same where no other process writes this target: what a run that was killed has left is
 * overwritten by the next. */
bool output_create_alone(struct output *output, const char *target, struct problem *problem);

bool output_append(struct output *output, const void *bytes, size_t length,
                   struct problem *problem);
bool output_commit(struct output *output, struct problem *problem);

/* The same for two that belong together: whenever the second target is there, it belongs to the
 * first. */
bool output_commit_pair(struct output *first, struct output *second, struct problem *problem);

/* Frees; what was not committed is removed. An all-zero output is fine. */
void output_close(struct output *output);

#endif
