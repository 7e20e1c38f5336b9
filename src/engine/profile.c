/* SPDX-License-Identifier: MIT */
#include "engine/profile.h"

/* On a CPU driver, every barrier costs time per subgroup, so few invocations with much work each
 * are best. Its registers are memory. */
static const struct profile cpu = {
	.scan_group = 8,
	.reduce_group = 32,
	.select_group = 16,
	.step_quads = 32,
	.max_step_quads = 32,
	.row_products = 1ull << 30,
	.score_products = 1ull << 30,
	.min_cache_walks = 4,
	/* Mesa's CPU drivers silently end all loops of an invocation after 65,535 iterations
	 * (LP_MAX_TGSI_LOOP_ITERATIONS in Mesa's gallivm). */
	.max_loop_iterations = 50000,
};

/* A GPU needs many invocations, which share its registers. */
static const struct profile gpu = {
	.scan_group = 64,
	.reduce_group = 128,
	.select_group = 256,
	.step_quads = 1,
	.max_step_quads = 8,
	.row_products = 1ull << 34,
	.score_products = 1ull << 33,
	/* A GPU reads the coarse rows for four walks as fast as for one. */
	.min_cache_walks = 16,
	.max_loop_iterations = 1u << 24,
};

struct profile profile_of(const struct device *device)
{
	return device->limits.cpu ? cpu : gpu;
}

uint32_t profile_max_iterations(const struct profile *profile, uint64_t nested_iterations)
{
	return (uint32_t)(profile->max_loop_iterations / nested_iterations);
}

uint32_t profile_group_for_loop(const struct profile *profile, uint64_t iterations, uint32_t first,
                                uint32_t last)
{
	uint64_t group = first;
	while (group < last && iterations / group > profile->max_loop_iterations)
		group *= 2;
	return group <= last && iterations / group <= profile->max_loop_iterations ? (uint32_t)group
	                                                                           : 0;
}
