/* SPDX-License-Identifier: MIT
 *
 * An open device: its stream of submissions, its profile and its memory budget. */
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

/* The instance and the error must outlive the engine, which must not be moved. Call stream_close()
 * and engine_close() even if this fails. */
VkcResult engine_open(struct engine *engine, struct instance *instance,
                      const struct physical_device *physical_device,
                      const struct options *options, struct error *error);
/* Call this after stream_close(), unless that abandoned the device, and after destroying all
 * objects of the device. A zeroed or half-opened engine is allowed. */
void engine_close(struct engine *engine);

#endif
