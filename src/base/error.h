/* SPDX-License-Identifier: MIT
 *
 * The message of the last failed call: one per context, and one per thread for calls without a
 * context. */
#ifndef VKC_ERROR_H
#define VKC_ERROR_H

#include "vulkan_compute.h"

struct error {
	char text[1024];
};

/* Formats the message and returns `result`, so that callers can write `return error_set(…)`. */
VkcResult error_set(struct error *error, VkcResult result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The calling thread's error. */
struct error *error_of_thread(void);

/* Calls an internal function. On failure, sets `result` and jumps to `error`. */
#define TRY(call) \
	do { \
		result = (call); \
		if (result != VKC_SUCCESS) \
			goto error; \
	} while (0)

#endif
