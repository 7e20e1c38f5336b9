/* SPDX-License-Identifier: MIT
 *
 * The file to write: where it is, whether it may be replaced, and which attributes its replacement
 * inherits.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stdbool.h>

#include "base/problem.h"

/* Returns the path to write in a new string. Follows symbolic links, so that renaming onto the path
 * keeps them. Returns NULL with a problem if the target is not a regular file, its directory does
 * not exist, or a link is dangling. */
char *target_resolve(const char *path, struct problem *problem);

/* Whether an existing file may be written. Checked here because rename() does not need write
 * permission for the file. */
bool target_writable(const char *target, struct problem *problem);

/* Creates the file that will replace the target. If there is a target, only the owner may open the
 * new file until target_attributes(). Returns -1 with errno on failure. */
int target_open_new(const char *target, const char *name);

/* Gives the new file the target's mode, its access control list and, as far as allowed, its owner
 * and group. Does nothing if there is no target. */
bool target_attributes(int descriptor, const char *target, struct problem *problem);

#endif
