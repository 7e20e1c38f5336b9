/* SPDX-License-Identifier: MIT
 *
 * The Vulkan instance, optionally with the validation layer, and its physical devices. */
#ifndef VKC_INSTANCE_H
#define VKC_INSTANCE_H

#include <pthread.h>
#include <stdbool.h>

#include "vulkan/loader.h"

struct instance {
	struct vulkan_api api;
	VkInstance handle;
	VkDebugUtilsMessengerEXT messenger;
	pthread_mutex_t mutex; /* protects the fields below: layers may call from any thread */
	bool mutex_initialized;
	bool no_driver; /* opening failed because there is no driver */
	bool has_validation_message;
	char validation_message[900]; /* the first message of the validation layer */
};

/* A physical device that the library supports. */
struct physical_device {
	VkPhysicalDevice handle;
	uint32_t queue_family; /* supports compute; without graphics if possible */
	VkPhysicalDeviceProperties properties;
	VkPhysicalDeviceMemoryProperties memory;
	char driver[256];
};

/* On failure nothing is left open. The instance must not be moved afterwards. */
VkcResult instance_open(struct instance *instance, bool validation, struct error *error);
void instance_close(struct instance *instance);
/* Used if the device cannot be closed. Leaves the instance open, but stops receiving messages from
 * its layers. */
void instance_abandon(struct instance *instance);

/* Sets a message that begins with `what`, says how to get a working driver, and names the loader's
 * environment variables that select drivers. Returns `result`. */
VkcResult instance_no_driver(struct error *error, VkcResult result, const char *what);

/* Takes the validation layer's message, if there is one, and returns whether there was. */
bool instance_take_validation_message(struct instance *instance, struct error *error);

/* Lists all supported devices in the loader's order. The caller frees *physical_devices. */
VkcResult instance_physical_devices(struct instance *instance,
                                    struct physical_device **physical_devices, uint32_t *count,
                                    struct error *error);

/* Finds the index of the device that `selector` names: an index, part of a name, or NULL for the
 * best device. A number below 100 is always an index. A larger number that is not a valid index may
 * be part of a name. */
VkcResult physical_device_choose(const struct physical_device *physical_devices, uint32_t count,
                                 const char *selector, uint32_t *index, struct error *error);

/* Fills in *info, except for the fields that belong to a context. */
void physical_device_describe(const struct instance *instance,
                              const struct physical_device *physical_device, VkcDeviceInfo *info);

/* The size of the largest device-local heap. */
uint64_t physical_device_memory(const struct physical_device *physical_device);

#endif
