/* SPDX-License-Identifier: MIT
 *
 * What a context holds, and what every public function checks first. */
#ifndef VKC_CONTEXT_H
#define VKC_CONTEXT_H

#include <sys/types.h>

#include "sequence/sequences.h"
#include "matrix/neighbors.h"

struct VkComputeContext {
	pid_t process; /* that initialised it */
	struct error error;
	struct error previous_error; /* the same when the call that runs began */
	struct instance instance;
	VkcDeviceInfo info;
	struct engine engine;
	struct rows rows;
	struct gram gram;
	struct neighbors neighbors;
	struct strategies strategies;
};

/* A driver keeps threads and locks that a forked child does not have. Whether this process may
 * start one: no process that it was forked from has. */
VkcResult driver_check(struct error *error, const char *function);
/* From now on a driver belongs to this process. */
void driver_claim(void);

/* Whether the context can be used now: not NULL, not in a forked child, not lost. */
VkcResult context_enter(VkComputeContext *ctx, const char *function);
/* The same, and that something was uploaded. */
VkcResult context_enter_uploaded(VkComputeContext *ctx, const char *function);
/* Ends a call: what the validation layer said turns success into failure; a call that succeeds
 * leaves the sentence as it was, whatever it has tried in vain and done without. */
VkcResult context_leave(VkComputeContext *ctx, VkcResult result);

#endif
