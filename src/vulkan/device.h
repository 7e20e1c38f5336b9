/* SPDX-License-Identifier: MIT
 *
 * The logical device: its queue, what it can do, and how its failures are told. */
#ifndef VKC_DEVICE_H
#define VKC_DEVICE_H

#include "vulkan/features.h"
#include "base/options.h"

/* What the device can do, after the caller's tuning. */
struct limits {
	uint32_t group_invocations; /* of one workgroup */
	uint32_t group_count;       /* of one dispatch, in each direction */
	uint32_t shared_bytes;
	uint32_t storage_buffers; /* of one kernel */
	uint64_t storage_range;   /* bytes one storage buffer binding can span */
	uint64_t texel_elements;  /* of one texel buffer view; 0 where texel loads are not used */
	uint64_t allocation;      /* bytes of one allocation */
	uint64_t atom;            /* granularity of flushing mapped memory */
	uint32_t subgroup_size;   /* 0 where kernels cannot use subgroup arithmetic */
	bool int64;               /* shaders have 64-bit integers */
	bool cpu;                 /* runs on the host's processor */
	bool direct;              /* device memory may be mapped instead of staged */
};

struct device {
	struct vulkan_device_functions vk;
	struct error *error;
	VkPhysicalDeviceMemoryProperties memory;
	VkDevice handle;
	VkQueue queue;
	uint32_t queue_family;
	VkPipelineCache pipeline_cache;
	struct features features; /* before the caller's tuning */
	struct limits limits;
	struct tuning tuning;
	uint64_t memory_limit; /* bytes of all buffers; set before the first is made */
	uint64_t memory_used;
	/* Frees what is held only to make later calls faster; whether there was any. May be NULL. */
	bool (*reclaim)(void *user);
	void *reclaim_user;
	bool lost;
	/* Lost, and perhaps still working: no object of it may be destroyed. What destroys one
	 * leaves it alone then, and the device itself stays open. */
	bool abandoned;
};

/* instance and error must outlive the device. On failure nothing is left open. */
VkcResult device_open(struct device *device, const struct instance *instance,
                      const struct physical_device *physical_device, const struct options *options,
                      struct error *error);
void device_close(struct device *device);

/* Turns what a Vulkan call answered into a result and, on failure, a sentence. */
VkcResult device_check(struct device *device, VkResult status, const char *call);

/* Calls a function of the device; on failure sets `result` and jumps to `error`. */
#define VK(device, call) \
	do { \
		result = device_check(device, (device)->vk.call, "vk" #call); \
		if (result != VKC_SUCCESS) \
			goto error; \
	} while (0)

/* The same for a function that makes a handle, which a failure leaves undefined. */
#define VK_CREATE(device, created, call) \
	do { \
		result = device_check(device, (device)->vk.call, "vk" #call); \
		if (result != VKC_SUCCESS) { \
			(created) = VK_NULL_HANDLE; \
			goto error; \
		} \
	} while (0)

#endif
