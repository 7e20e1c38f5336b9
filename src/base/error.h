/* SPDX-License-Identifier: MIT
 *
 * The sentence of the last failure. One per context, one per thread for calls
 * without a context. */
#ifndef VKC_ERROR_H
#define VKC_ERROR_H

#include "vulkan_compute.h"

struct error {
	char text[1024];
};

/* Writes the sentence and returns `result`, so that a failure can be set and
 * returned in one statement. */
VkcResult error_set(struct error *error, VkcResult result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The calling thread's own error. */
struct error *error_of_thread(void);

/* Calls one of the library's own functions; on failure sets `result` and jumps to `error`. */
#define TRY(call) \
	do { \
		result = (call); \
		if (result != VKC_SUCCESS) \
			goto error; \
	} while (0)

#endif
