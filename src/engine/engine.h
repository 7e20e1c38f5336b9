/* SPDX-License-Identifier: MIT
 *
 * One device at work: its queue of submissions, what suits it, and its memory. */
#ifndef VKC_ENGINE_H
#define VKC_ENGINE_H

#include "engine/budget.h"
#include "engine/profile.h"
#include "vulkan/submit_budget.h"

struct engine {
	struct device device;
	struct stream stream;
	struct profile profile;
	struct budget budget;
};

/* instance and error must outlive the engine, which must not be moved. After a failure, too,
 * stream_close() and engine_close() are due. */
VkcResult engine_open(struct engine *engine, struct instance *instance,
                      const struct physical_device *physical_device,
                      const struct options *options, struct error *error);
/* After stream_close(), unless that abandoned the device, and after everything that was made on
 * the device is destroyed. Fine on a zeroed or half-opened engine. */
void engine_close(struct engine *engine);

#endif
