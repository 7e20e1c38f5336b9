/* SPDX-License-Identifier: MIT
 *
 * The context, and the checks that begin and end every public function. */
#ifndef VKC_CONTEXT_H
#define VKC_CONTEXT_H

#include <sys/types.h>

#include "sequence/sequences.h"
#include "matrix/neighbors.h"

struct VkComputeContext {
	pid_t process; /* the process that initialised the context */
	struct error error;
	struct error previous_error; /* `error` as it was when the current call began */
	struct instance instance;
	VkcDeviceInfo info;
	struct engine engine;
	struct rows rows;
	struct gram gram;
	struct neighbors neighbors;
	struct strategies strategies;
};

/* Fails if a parent of this process initialised a driver: a driver's threads and locks do not
 * survive fork(). */
VkcResult driver_check(struct error *error, const char *function);
/* Records that this process has initialised a driver. */
void driver_claim(void);

/* Checks that the context is usable: not NULL, not inherited through fork(), not lost. */
VkcResult context_enter(VkComputeContext *ctx, const char *function);
/* Also checks that embeddings are uploaded. */
VkcResult context_enter_uploaded(VkComputeContext *ctx, const char *function);
/* Ends a call. A validation message turns success into failure. A successful call restores the
 * previous error message, even if an attempt inside it failed and a fallback succeeded. */
VkcResult context_leave(VkComputeContext *ctx, VkcResult result);

#endif
