/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"

VkcResult engine_open(struct engine *engine, struct instance *instance,
                      const struct physical_device *physical_device,
                      const struct options *options, struct error *error)
{
	VkcResult result = device_open(&engine->device, instance, physical_device, options, error);
	if (result != VKC_SUCCESS)
		return result;
	engine->profile = profile_of(&engine->device);
	budget_open(&engine->budget, &engine->device, physical_device, options->memory_limit);
	return stream_open(&engine->stream, &engine->device);
}

void engine_close(struct engine *engine)
{
	device_close(&engine->device);
}
