/* SPDX-License-Identifier: MIT
 *
 * Names of files, and writing to open files. `name` is used in messages.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

/* Returns path + suffix in a new string, or NULL when memory runs out. */
char *path_with(const char *path, const char *suffix);

/* Sets "cannot write NAME: " and the text of errno. Returns false. */
bool cannot_write(const char *name, struct problem *problem);

/* Writes all bytes at an offset of the file. */
bool write_at(int descriptor, const char *name, const void *bytes, size_t length, uint64_t offset,
              struct problem *problem);

/* Writes all bytes at the current position; works for pipes and terminals. */
bool write_all(int descriptor, const char *name, const void *bytes, size_t length,
               struct problem *problem);

/* Allocates the disk space for a file of this size. */
bool reserve_space(int descriptor, const char *name, uint64_t size, struct problem *problem);

/* Waits until the file is on the disk: with its metadata, or only its contents. */
bool sync_file(int descriptor, const char *name, struct problem *problem);
bool sync_data(int descriptor, const char *name, struct problem *problem);

/* Waits until the directory of this file is on the disk, with the names in it. */
bool sync_directory(const char *path, struct problem *problem);

#endif
