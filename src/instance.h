/* SPDX-License-Identifier: MIT
 *
 * A Vulkan instance, with the validation layer where asked for, and the physical
 * devices it shows. */
#ifndef VKC_INSTANCE_H
#define VKC_INSTANCE_H

#include <pthread.h>
#include <stdbool.h>

#include "vulkan_api.h"

struct instance {
	struct vulkan_api api;
	VkInstance handle;
	VkDebugUtilsMessengerEXT messenger;
	pthread_mutex_t mutex; /* of what follows: layers may call from any thread */
	bool mutex_made;
	bool no_driver; /* why it could not be opened */
	bool complained;
	char complaint[900]; /* the validation layer's first message */
};

/* A physical device that the library can run on. */
struct candidate {
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

/* What to say where no driver works: `what` is missing, then what to do, the loader's variables
 * included that decide which drivers there are. Returns `result`. */
VkcResult instance_no_driver(struct error *error, VkcResult result, const char *what);

/* Whether the validation layer has complained; the message is then taken out. */
bool instance_take_complaint(struct instance *instance, struct error *error);

/* All usable devices, in the loader's order; *candidates is the caller's to free. */
VkcResult instance_candidates(struct instance *instance, struct candidate **candidates,
                              uint32_t *count, struct error *error);

/* The index that `wanted` (an index, a part of a name, or NULL for the best) selects. A number
 * below 100 is an index in any case, a larger one that is none may be a part of a name. */
VkcResult instance_choose(const struct candidate *candidates, uint32_t count, const char *wanted,
                          uint32_t *index, struct error *error);

/* Fills all of *info but the context's own fields. */
void candidate_describe(const struct instance *instance, const struct candidate *candidate,
                        VkcDeviceInfo *info);

/* The size of the largest device-local heap. */
uint64_t candidate_memory(const struct candidate *candidate);

#endif
