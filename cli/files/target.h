/* SPDX-License-Identifier: MIT
 *
 * The file that is to be written: where it is, whether it may be replaced, and what its
 * replacement takes over from it.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stdbool.h>

#include "base/problem.h"

/* Where to write: a new string, symbolic links followed, so that renaming onto it keeps them.
 * NULL with a problem where the target is no regular file, its directory is not there, or a link
 * leads nowhere. */
char *target_resolve(const char *path, struct problem *problem);

/* Whether the file there, if any, may be written; renaming onto it would need no permission of
 * its own. */
bool target_writable(const char *target, struct problem *problem);

/* Opens a new file that is to take the target's place, as open to others as the target is, or as
 * files usually are where there is none. -1 with errno. */
int target_open_new(const char *target, const char *name);

/* Gives the file that is to take the target's place its mode, its access control list and, as
 * far as allowed, its owner and group. Does nothing where there is no target. */
bool target_attributes(int descriptor, const char *target, struct problem *problem);

#endif
