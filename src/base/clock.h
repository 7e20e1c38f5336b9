/* SPDX-License-Identifier: MIT
 *
 * A monotonic clock. */
#ifndef VKC_CLOCK_H
#define VKC_CLOCK_H

#include <time.h>

/* Seconds since an arbitrary point in the past. */
static inline double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
