/* SPDX-License-Identifier: MIT
 *
 * Files that say that a process is writing another: those of diversity-all, and TARGET.lock.
 */
#ifndef CLI_LOCK_H
#define CLI_LOCK_H

#include <stdbool.h>

#include "base/problem.h"

/* Opens the file `name`, which is made where it is not there, for this process alone; -1 with a
 * problem that says `target` is being written, or why not. An empty one is removed should a
 * signal end the program. */
int lock_acquire(const char *name, const char *target, struct problem *problem);

/* Lets the next one have it; the file is removed where that is said, or where it is empty. Does
 * nothing with -1. */
void lock_release(int lock, const char *name, bool remove);

#endif
