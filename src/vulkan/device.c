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

static void read_limits(struct device *device, const struct physical_device *physical_device)
{
	const VkPhysicalDeviceLimits *reported = &physical_device->properties.limits;
	const struct features *features = &device->features;
	const struct tuning *tuning = &device->tuning;
	struct limits *limits = &device->limits;

	limits->cpu = physical_device->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
	limits->direct = tuning->direct != 0 && physical_device->properties.deviceType !=
	                                            VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
	limits->group_invocations = (uint32_t)min_u64(reported->maxComputeWorkGroupInvocations,
	                                              reported->maxComputeWorkGroupSize[0]);
	limits->group_count = UINT32_MAX;
	for (int axis = 0; axis < 3; axis++)
		limits->group_count =
			(uint32_t)min_u64(limits->group_count, reported->maxComputeWorkGroupCount[axis]);
	limits->shared_bytes = reported->maxComputeSharedMemorySize;
	limits->storage_buffers = reported->maxPerStageDescriptorStorageBuffers;
	limits->storage_range = reported->maxStorageBufferRange;
	if (tuning->range && tuning->range < limits->storage_range)
		limits->storage_range = tuning->range;
	limits->allocation = features->allocation;
	limits->atom = reported->nonCoherentAtomSize;

	limits->int64 = features->int64 && tuning->int64 != 0;
	if (tuning->subgroup != 0 && features->subgroup_arithmetic && features->subgroup_size >= 4)
		limits->subgroup_size = features->subgroup_size;

	/* CPU drivers compile a storage buffer load to a loop over the invocations, but a texel load to
	 * a vector gather. On GPUs there is no such difference. */
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
		                 "The tuning string (VKC_TUNING) requests int64=1, but the device '%s' has "
		                 "no 64-bit integers in shaders: remove that entry.",
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
	/* Do not enable 64-bit integers that the tuning disables: the validation layer then reports a
	 * kernel that uses them. */
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
	};
	TRY(features_find(instance, physical_device, &device->features, error));
	read_limits(device, physical_device);
	TRY(create(device, &instance->api, physical_device));
	TRY(loader_load_device(&instance->api, device->handle, &device->vk, error));
	device->vk.GetDeviceQueue(device->handle, device->queue_family, 0, &device->queue);
	VkPipelineCacheCreateInfo cache = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
	VK_CREATE(device, device->pipeline_cache,
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
	/* NULL only if the driver does not provide it. */
	if (vk->DestroyDevice)
		vk->DestroyDevice(device->handle, NULL);
	device->handle = VK_NULL_HANDLE;
}
