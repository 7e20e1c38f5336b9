/* SPDX-License-Identifier: MIT
 *
 * The logical device: its queue, its limits and its error reporting. */
#ifndef VKC_DEVICE_H
#define VKC_DEVICE_H

#include "vulkan/features.h"
#include "base/options.h"

/* The limits and capabilities of the device, after applying the tuning. */
struct limits {
	uint32_t group_invocations; /* per workgroup */
	uint32_t group_count;       /* workgroups per dispatch, in each dimension */
	uint32_t shared_bytes;
	uint32_t storage_buffers; /* per kernel */
	uint64_t storage_range;   /* bytes per storage buffer binding */
	uint64_t texel_elements;  /* elements per texel buffer view; 0 if texel loads are not used */
	uint64_t allocation;      /* bytes per allocation */
	uint64_t atom;            /* nonCoherentAtomSize */
	uint32_t subgroup_size;   /* 0 if kernels cannot use subgroup arithmetic */
	bool int64;               /* shaders have 64-bit integers */
	bool cpu;                 /* a CPU driver */
	bool direct;              /* device memory may be mapped instead of staged */
};

/* For struct device's reclaim(): all that can be freed. */
#define RECLAIM_ALL UINT64_MAX

struct device {
	struct vulkan_device_functions vk;
	struct error *error;
	VkPhysicalDeviceMemoryProperties memory;
	VkDevice handle;
	VkQueue queue;
	uint32_t queue_family;
	VkPipelineCache pipeline_cache;
	struct features features; /* before applying the tuning */
	struct limits limits;
	struct tuning tuning;
	/* maximum bytes in all buffers; set before the first buffer is created */
	uint64_t memory_limit;
	uint64_t memory_used;
	/* Evicts caches so that `bytes` more fit within the limit, or with RECLAIM_ALL every cache.
	 * Returns whether it freed anything and, for a number of bytes, enough. May be NULL. */
	bool (*reclaim)(void *user, uint64_t bytes);
	void *reclaim_user;
	bool lost;
	/* The device is lost and may still be running. None of its objects may be destroyed: the
	 * destroy functions skip them, and the device stays open. */
	bool abandoned;
};

/* The instance and the error must outlive the device. On failure nothing is left open. */
VkcResult device_open(struct device *device, const struct instance *instance,
                      const struct physical_device *physical_device, const struct options *options,
                      struct error *error);
void device_close(struct device *device);

/* Converts a VkResult to a VkcResult. On failure, sets the error message. */
VkcResult device_check(struct device *device, VkResult status, const char *call);

/* Calls a device function. On failure, sets `result` and jumps to `error`. */
#define VK(device, call) \
	do { \
		result = device_check(device, (device)->vk.call, "vk" #call); \
		if (result != VKC_SUCCESS) \
			goto error; \
	} while (0)

/* Calls a device function that creates a handle. On failure, also resets the handle, which Vulkan
 * leaves undefined. */
#define VK_CREATE(device, created, call) \
	do { \
		result = device_check(device, (device)->vk.call, "vk" #call); \
		if (result != VKC_SUCCESS) { \
			(created) = VK_NULL_HANDLE; \
			goto error; \
		} \
	} while (0)

#endif
