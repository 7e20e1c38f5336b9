/* SPDX-License-Identifier: MIT
 *
 * What suits a class of device: sizes of workgroups, work of a submission, when a strategy
 * pays. Every choice that depends on the class of the device is a field here. */
#ifndef VKC_PROFILE_H
#define VKC_PROFILE_H

#include "vulkan/device.h"

struct profile {
	/* Invocations of a workgroup. */
	uint32_t scan_group;   /* of kernels that read embedding rows */
	uint32_t reduce_group; /* of kernels that reduce over all items */
	uint32_t select_group; /* of the selection of neighbours, where k is small */

	/* Scores of a walk, in quadruples that an invocation holds in registers. */
	uint32_t step_quads;     /* as many as are worth having, before more invocations are */
	uint32_t max_step_quads; /* as many as there are registers for in a workgroup of any size */

	/* Multiply-adds of a submission. */
	uint64_t row_products;   /* that compute rows of the Gram matrix */
	uint64_t score_products; /* that compute exact scores of single items */

	/* Walks without the matrix that share the rows which a row cache holds: from so many on
	 * the cache is faster than the bounded strategy. */
	uint32_t min_cache_walks;

	/* Turns that all loops of an invocation may take together. */
	uint32_t max_loop_iterations;
};

struct profile profile_of(const struct device *device);

/* How often a loop may run whose body takes so many turns of loops, its own included. */
uint32_t profile_max_iterations(const struct profile *profile, uint64_t nested_iterations);

/* The smallest workgroup of `first`, 2 `first`, 4 `first` … up to `last` whose invocations share
 * a loop of `turns` turns so that each takes as many as it may; 0 = none. */
uint32_t profile_group_for_loop(const struct profile *profile, uint64_t iterations, uint32_t first,
                                uint32_t last);

#endif
