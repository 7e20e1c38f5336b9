/* SPDX-License-Identifier: MIT
 *
 * How much work to put into a submission, so that it takes a fraction of a second, far below any
 * watchdog timeout. */
#ifndef VKC_SUBMIT_BUDGET_H
#define VKC_SUBMIT_BUDGET_H

#include "vulkan/stream.h"

/* Adapts the amount of work per submission to the target time. Begins small and follows the
 * measured times. Each user chooses the unit of work. */
struct submit_budget {
	double target; /* seconds per submission */
	uint64_t work; /* amount of work for the next submission; at least 1 */
};

struct submit_budget submit_budget_start(const struct device *device, uint64_t work);
/* Call this after stream_wait() for a submission of `done` units of work. 0 leaves the budget
 * unchanged. */
void submit_budget_update(struct submit_budget *submit_budget, uint64_t done,
                          const struct stream *stream);

#endif
