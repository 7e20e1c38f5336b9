/* SPDX-License-Identifier: MIT
 *
 * Names of files, and writing to files that are open.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

/* A new string: path + suffix. */
char *path_with(const char *path, const char *suffix);

/* False, with "cannot write NAME: " and what errno says. */
bool cannot_write(const char *name, struct problem *problem);

/* Writes all at that place of the file, which is named in the problem. */
bool write_at(int descriptor, const char *name, const void *bytes, size_t length, uint64_t offset,
              struct problem *problem);

/* Writes all to a pipe or the like. */
bool write_all(int descriptor, const char *name, const void *bytes, size_t length,
               struct problem *problem);

/* Takes the disk space for so many bytes now. */
bool reserve_space(int descriptor, const char *name, uint64_t size, struct problem *problem);

/* Makes the file durable; or its contents alone, not its times. */
bool sync_file(int descriptor, const char *name, struct problem *problem);
bool sync_data(int descriptor, const char *name, struct problem *problem);

/* Makes the names in the directory of this file durable. */
bool sync_directory(const char *path, struct problem *problem);

#endif
