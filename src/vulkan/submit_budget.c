/* SPDX-License-Identifier: MIT */
#include "vulkan/submit_budget.h"

#define TARGET_SECONDS 0.06

struct submit_budget submit_budget_start(const struct device *device, uint64_t work)
{
	uint32_t target = device->tuning.submit_us;
	return (struct submit_budget){.target = target ? target * 1e-6 : TARGET_SECONDS,
	                              .work = work ? work : 1};
}

void submit_budget_update(struct submit_budget *submit_budget, uint64_t done,
                          const struct stream *stream)
{
	double factor = submit_budget->target / (stream->last_seconds + 1e-9);
	if (!done || (factor < 1.0 && !stream->last_is_exact))
		return;
	if (factor > 4.0)
		factor = 4.0;
	/* A small submission that finished early is no reason to submit less next time. */
	if (done < submit_budget->work && factor > 1.0 &&
	    (double)done * factor < (double)submit_budget->work)
		return;
	double work = (double)done * factor;
	submit_budget->work = work < 1.0 ? 1 : work > 1e15 ? (uint64_t)1e15
	                                                   : (uint64_t)work;
}
