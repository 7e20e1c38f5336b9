/* SPDX-License-Identifier: MIT
 *
 * Parameters per class of device: workgroup sizes, work per submission, and thresholds between
 * strategies. The sizes that depend on the class of the device are fields here. */
#ifndef VKC_PROFILE_H
#define VKC_PROFILE_H

#include "vulkan/device.h"

struct profile {
	/* Invocations per workgroup: */
	uint32_t scan_group;   /* kernels that read embedding rows */
	uint32_t reduce_group; /* kernels that reduce over all items */
	uint32_t select_group; /* neighbour selection with a small k */

	/* Quads of a walk's scores that an invocation holds in registers: */
	uint32_t step_quads;     /* preferred number, before adding more invocations */
	uint32_t max_step_quads; /* maximum number for a workgroup of any size */

	/* Multiply-adds per submission: */
	uint64_t row_products;   /* to compute rows of the Gram matrix */
	uint64_t score_products; /* to compute exact scores of single items */

	/* The smallest number of walks, sharing the rows in a row cache, for which the row cache
	 * strategy is faster than the bounded strategy. */
	uint32_t min_cache_walks;

	/* Maximum number of iterations of all loops of an invocation together. */
	uint32_t max_loop_iterations;
};

struct profile profile_of(const struct device *device);

/* How often a loop may run if each iteration counts as nested_iterations: its own, plus those of
 * the loops inside it. */
uint32_t profile_max_iterations(const struct profile *profile, uint64_t nested_iterations);

/* The smallest workgroup size among first, 2 first, 4 first … last with which each invocation's
 * share of `iterations` stays within the limit; 0 if there is none. */
uint32_t profile_group_for_loop(const struct profile *profile, uint64_t iterations, uint32_t first,
                                uint32_t last);

#endif
