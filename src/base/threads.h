/* SPDX-License-Identifier: MIT
 *
 * Divides work among threads of the host, which exist for the duration of a call only. */
#ifndef VKC_THREADS_H
#define VKC_THREADS_H

#include <stdint.h>

/* The most threads that work is divided among. */
#define MAX_THREADS 16u

/* Into how many parts to divide work: one per processor that the process may use, up to
 * MAX_THREADS. forced: the number of threads that the tuning asks for; 0 = none. */
uint32_t threads_usable(uint32_t forced);

/* Calls work(context, part) for the parts 0 … num_parts - 1, at most MAX_THREADS, and returns when
 * all have ended. Each part has a thread of its own, with all signals blocked that no instruction
 * raises; part 0, and parts whose thread cannot be started, run in the calling thread. */
void threads_run(uint32_t num_parts, void (*work)(void *context, uint32_t part), void *context);

/* The first element of a part of `count` elements, divided evenly. */
static inline uint32_t threads_first(uint32_t count, uint32_t part, uint32_t num_parts)
{
	return (uint32_t)((uint64_t)count * part / num_parts);
}

#endif
