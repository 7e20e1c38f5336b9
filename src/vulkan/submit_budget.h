/* SPDX-License-Identifier: MIT
 *
 * How much work a submission may take: a fraction of a second, far below any watchdog. */
#ifndef VKC_SUBMIT_BUDGET_H
#define VKC_SUBMIT_BUDGET_H

#include "vulkan/stream.h"

/* Finds how many units of work fill the time a submission may take: starts small,
 * then follows what was measured. */
struct submit_budget {
	double target; /* seconds */
	uint64_t work; /* for the next submission; at least 1 */
};

struct submit_budget submit_budget_start(const struct device *device, uint64_t work);
/* After stream_wait() for a submission of `done` units, of which 0 tells nothing. */
void submit_budget_update(struct submit_budget *submit_budget, uint64_t done,
                          const struct stream *stream);

#endif
