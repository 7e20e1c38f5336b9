/* SPDX-License-Identifier: MIT
 *
 * Lock files, which prevent two processes from writing the same target.
 */
#ifndef CLI_LOCK_H
#define CLI_LOCK_H

#include <stdbool.h>

#include "base/problem.h"

/* Opens and locks the file `name`, and creates it if necessary. Returns its descriptor, or -1 with
 * a problem, which names `target` if another process has the lock. If a signal ends the program, an
 * empty lock file is removed. */
int lock_acquire(const char *name, const char *target, struct problem *problem);

/* Releases the lock. Removes the file if `remove` is true or the file is empty. Does nothing for
 * -1. */
void lock_release(int lock, const char *name, bool remove);

#endif
