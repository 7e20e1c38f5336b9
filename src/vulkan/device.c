/* SPDX-License-Identifier: MIT */
#include "vulkan/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "vulkan/status.h"

VkcResult device_check(struct device *device, VkResult status, const char *call)
{
	if (status == VK_ERROR_DEVICE_LOST)
		device->lost = true;
	return status_check(device->error, status, call);
}

/* Bytes of memory that the host can give without swapping, or UINT64_MAX where unknown. */
static uint64_t host_memory_available(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	if (!file)
		return UINT64_MAX;
	char line[128];
	unsigned long long kilobytes = 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1)
			break;
	fclose(file);
	return kilobytes ? (uint64_t)kilobytes * 1024 : UINT64_MAX;
}

/* Bytes that a container lets its processes have together: the limit of the control group at
 * the root of what it sees, version 2 or 1. UINT64_MAX where there is none. */
static uint64_t container_memory(void)
{
	static const char *const files[] = {"/sys/fs/cgroup/memory.max",
	                                    "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
	uint64_t limit = UINT64_MAX;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *file = fopen(files[i], "r");
		unsigned long long bytes;
		if (!file)
			continue;
		if (fscanf(file, "%llu", &bytes) == 1 && bytes < limit)
			limit = bytes;
		fclose(file);
	}
	return limit;
}

uint64_t device_host_memory(const struct device *device)
{
	return device->limits.cpu ? min_u64(host_memory_available(), container_memory()) : UINT64_MAX;
}

static uint64_t default_memory_limit(const struct physical_device *physical_device)
{
	/* What Mesa 22's and SwiftShader's CPU drivers report, whatever the machine has. */
	const uint64_t made_up = 1ull << 31;
	const uint64_t heap = physical_device_memory(physical_device);
	if (physical_device->properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU)
		return heap / 10 * 8;
	uint64_t host = min_u64(host_memory_available(), container_memory());
	uint64_t limit = min_u64(heap, host) / 10 * 8;
	/* Others want some of it, too. */
	if (heap == made_up && host != UINT64_MAX && host / 2 > limit)
		limit = host / 2;
	return limit;
}

static void read_limits(struct device *device, const struct physical_device *physical_device)
{
	const VkPhysicalDeviceLimits *given = &physical_device->properties.limits;
	const struct features *features = &device->features;
	const struct tuning *tuning = &device->tuning;
	struct limits *limits = &device->limits;

	limits->cpu = physical_device->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
	limits->direct = tuning->direct != 0 && physical_device->properties.deviceType !=
	                                            VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
	limits->group_invocations =
		(uint32_t)min_u64(given->maxComputeWorkGroupInvocations, given->maxComputeWorkGroupSize[0]);
	limits->group_count = UINT32_MAX;
	for (int axis = 0; axis < 3; axis++)
		limits->group_count =
			(uint32_t)min_u64(limits->group_count, given->maxComputeWorkGroupCount[axis]);
	limits->shared_bytes = given->maxComputeSharedMemorySize;
	limits->storage_buffers = given->maxPerStageDescriptorStorageBuffers;
	limits->storage_range = given->maxStorageBufferRange;
	if (tuning->range && tuning->range < limits->storage_range)
		limits->storage_range = tuning->range;
	limits->allocation = features->allocation;
	limits->atom = given->nonCoherentAtomSize;

	limits->int64 = features->int64 && tuning->int64 != 0;
	if (tuning->subgroup != 0 && features->subgroup_arithmetic && features->subgroup_size >= 4)
		limits->subgroup_size = features->subgroup_size;

	/* CPU drivers turn a storage load into a loop over the invocations, a texel load
	 * into a vector gather; GPUs have no such difference. */
	if (tuning->texel == 1 ||
	    (tuning->texel == -1 && limits->cpu && features->texel_elements >= 1u << 24))
		limits->texel_elements = features->texel_elements;
}

static VkcResult create(struct device *device, const struct vulkan_api *api,
                        const struct physical_device *physical_device)
{
	VkcResult result;
	if (device->tuning.int64 == 1 && !device->features.int64)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The tuning string (VKC_TUNING) asks for int64=1, but the device '%s' "
		                 "has no 64-bit integers in shaders.",
		                 physical_device->properties.deviceName);
	const float priority = 1.0f;
	VkDeviceQueueCreateInfo queue = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = physical_device->queue_family,
		.queueCount = 1,
		.pQueuePriorities = &priority,
	};
	VkDeviceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
	};
	/* What the tuning forbids stays off, so that a kernel that uses it is noticed. */
	struct features used = device->features;
	used.int64 = device->limits.int64;
	struct enabled_features enabled;
	features_enable(&used, &enabled, &info);
	TRY(device_check(device,
	                 api->CreateDevice(physical_device->handle, &info, NULL, &device->handle),
	                 "vkCreateDevice"));
error:
	if (result != VKC_SUCCESS)
		device->handle = VK_NULL_HANDLE;
	return result;
}

VkcResult device_open(struct device *device, const struct instance *instance,
                      const struct physical_device *physical_device, const struct options *options,
                      struct error *error)
{
	VkcResult result;
	*device = (struct device){
		.error = error,
		.memory = physical_device->memory,
		.queue_family = physical_device->queue_family,
		.tuning = options->tuning,
		.memory_limit = options->memory_limit ? options->memory_limit
	                                          : default_memory_limit(physical_device),
	};
	TRY(features_find(instance, physical_device, &device->features, error));
	read_limits(device, physical_device);
	TRY(create(device, &instance->api, physical_device));
	TRY(loader_load_device(&instance->api, device->handle, &device->vk, error));
	device->vk.GetDeviceQueue(device->handle, device->queue_family, 0, &device->queue);
	VkPipelineCacheCreateInfo cache = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
	VK_MAKE(device, device->pipeline_cache,
	        CreatePipelineCache(device->handle, &cache, NULL, &device->pipeline_cache));
	return VKC_SUCCESS;
error:
	device_close(device);
	return result;
}

void device_close(struct device *device)
{
	if (!device->handle)
		return;
	const struct vulkan_device_functions *vk = &device->vk;
	if (device->pipeline_cache)
		vk->DestroyPipelineCache(device->handle, device->pipeline_cache, NULL);
	/* NULL only where the driver has no such function. */
	if (vk->DestroyDevice)
		vk->DestroyDevice(device->handle, NULL);
	device->handle = VK_NULL_HANDLE;
}
