/* SPDX-License-Identifier: MIT
 *
 * A Vulkan instance, with the validation layer where asked for, and the physical
 * devices it shows. */
#ifndef VKC_INSTANCE_H
#define VKC_INSTANCE_H

#include <pthread.h>
#include <stdbool.h>

#include "vulkan/loader.h"

struct instance {
	struct vulkan_api api;
	VkInstance handle;
	VkDebugUtilsMessengerEXT messenger;
	pthread_mutex_t mutex; /* of what follows: layers may call from any thread */
	bool mutex_initialized;
	bool no_driver; /* why it could not be opened */
	bool has_validation_message;
	char validation_message[900]; /* the validation layer's first message */
};

/* A physical device that the library can run on. */
struct physical_device {
	VkPhysicalDevice handle;
	uint32_t queue_family; /* with compute; without graphics where there is such a one */
	VkPhysicalDeviceProperties properties;
	VkPhysicalDeviceMemoryProperties memory;
	char driver[256];
};

/* On failure nothing is left open. The instance must not be moved afterwards. */
VkcResult instance_open(struct instance *instance, bool validation, struct error *error);
void instance_close(struct instance *instance);
/* For an instance whose device cannot be closed: leaves it open, but no message of its layers
 * comes here any more. */
void instance_abandon(struct instance *instance);

/* Says what to do where no driver works, as `what` tells, naming the loader's variables that decide
 * which drivers there are. Returns `result`. */
VkcResult instance_no_driver(struct error *error, VkcResult result, const char *what);

/* Whether the validation layer has sent a message, which is then taken out. */
bool instance_take_validation_message(struct instance *instance, struct error *error);

/* All usable devices, in the loader's order; *candidates is the caller's to free. */
VkcResult instance_physical_devices(struct instance *instance,
                                    struct physical_device **physical_devices, uint32_t *count,
                                    struct error *error);

/* The index that `wanted` (an index, a part of a name, or NULL for the best) selects. A number
 * below 100 is an index in any case, a larger one that is none may be a part of a name. */
VkcResult physical_device_choose(const struct physical_device *physical_devices, uint32_t count,
                                 const char *selector, uint32_t *index, struct error *error);

/* Fills all of *info but the context's own fields. */
void physical_device_describe(const struct instance *instance,
                              const struct physical_device *physical_device, VkcDeviceInfo *info);

/* The size of the largest device-local heap. */
uint64_t physical_device_memory(const struct physical_device *physical_device);

#endif
