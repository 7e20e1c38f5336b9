/* SPDX-License-Identifier: MIT */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include "host_memory.h"
#include "matrix_units.h"

#define TEXEL_FORMAT VK_FORMAT_R32G32B32A32_SINT

VkcResult device_check(struct device *device, VkResult status, const char *call)
{
	/* The call's arguments are of no use to the reader. */
	int name = (int)strcspn(call, "(");
	switch (status) {
	case VK_SUCCESS:
		return VKC_SUCCESS;
	case VK_ERROR_OUT_OF_HOST_MEMORY:
	case VK_ERROR_MEMORY_MAP_FAILED: /* no room in the process's addresses */
		return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left (%.*s): free some, or ask for less at a "
		                 "time.",
		                 name, call);
	case VK_ERROR_OUT_OF_DEVICE_MEMORY:
	case VK_ERROR_OUT_OF_POOL_MEMORY:
	case VK_ERROR_FRAGMENTED_POOL:
	case VK_ERROR_FRAGMENTATION:
	case VK_ERROR_TOO_MANY_OBJECTS: /* allocations, or devices */
		return error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                 "The device has no memory left (%.*s): close what else uses it, or set "
		                 "a lower memory limit (VKC_MEMORY_LIMIT).",
		                 name, call);
	case VK_ERROR_DEVICE_LOST:
		device->lost = true;
		return error_set(device->error, VKC_ERROR_DEVICE_LOST,
		                 "The device was lost (%.*s): the driver was reset or removed; destroy "
		                 "the context and make a new one, or run the program again.",
		                 name, call);
	default:
		return error_set(device->error, VKC_ERROR_INTERNAL,
		                 "The driver failed in %.*s with %s: update it, or choose another "
		                 "device (VKC_DEVICE).",
		                 name, call, vulkan_result_name(status));
	}
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t device_host_memory(const struct device *device)
{
	return device->limits.cpu ? host_memory_free("") : UINT64_MAX;
}

static uint64_t default_memory_limit(const struct candidate *candidate)
{
	/* What Mesa 22's and SwiftShader's CPU drivers report, whatever the machine has. */
	const uint64_t made_up = 1ull << 31;
	const uint64_t heap = candidate_memory(candidate);
	if (candidate->properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU)
		return heap / 10 * 8;
	uint64_t host = host_memory_free("");
	uint64_t limit = least(heap, host) / 10 * 8;
	/* Others want some of it, too. */
	if (heap == made_up && host != UINT64_MAX && host / 2 > limit)
		limit = host / 2;
	return limit;
}

static void read_limits(struct device *device, const struct candidate *candidate)
{
	const struct vulkan_api *vk = device->vk;
	const VkPhysicalDeviceLimits *given = &candidate->properties.limits;
	const struct tuning *tuning = &device->tuning;
	struct limits *limits = &device->limits;

	VkPhysicalDeviceMaintenance3Properties maintenance = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
	VkPhysicalDeviceSubgroupProperties subgroup = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES, .pNext = &maintenance};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &subgroup};
	vk->GetPhysicalDeviceProperties2(candidate->handle, &properties);
	VkFormatProperties format;
	vk->GetPhysicalDeviceFormatProperties(candidate->handle, TEXEL_FORMAT, &format);

	limits->cpu = candidate->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
	/* Mesa's drivers for processors end all loops of an invocation after 65,535 turns
	 * (LP_MAX_TGSI_LOOP_ITERATIONS), without a word. */
	limits->most_loops = limits->cpu ? 50000 : 1u << 24;
	limits->direct = tuning->direct != 0 && candidate->properties.deviceType !=
	                                            VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
	limits->group_invocations =
		(uint32_t)least(given->maxComputeWorkGroupInvocations, given->maxComputeWorkGroupSize[0]);
	limits->group_count = UINT32_MAX;
	for (int axis = 0; axis < 3; axis++)
		limits->group_count =
			(uint32_t)least(limits->group_count, given->maxComputeWorkGroupCount[axis]);
	limits->shared_bytes = given->maxComputeSharedMemorySize;
	limits->storage_buffers = given->maxPerStageDescriptorStorageBuffers;
	limits->storage_range = given->maxStorageBufferRange;
	if (tuning->range && tuning->range < limits->storage_range)
		limits->storage_range = tuning->range;
	limits->allocation = maintenance.maxMemoryAllocationSize;
	limits->atom = given->nonCoherentAtomSize;

	const VkSubgroupFeatureFlags needed =
		VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_ARITHMETIC_BIT;
	if (tuning->subgroup != 0 && (subgroup.supportedOperations & needed) == needed &&
	    (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) && subgroup.subgroupSize >= 4)
		limits->subgroup_size = subgroup.subgroupSize;

	/* CPU drivers turn a storage load into a loop over the invocations, a texel load
	 * into a vector gather; GPUs have no such difference. */
	bool texel = tuning->texel == 1 ||
	             (tuning->texel == -1 && limits->cpu && given->maxTexelBufferElements >= 1u << 24);
	if (texel && (format.bufferFeatures & VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT))
		limits->texel_elements = given->maxTexelBufferElements;
}

VkcResult device_has_extensions(struct device *device, VkPhysicalDevice handle,
                                const char *const *names, uint32_t num_names, bool *found)
{
	VkcResult result;
	VkExtensionProperties *extensions = NULL;
	uint32_t count = 0;
	VkResult status;
	*found = false;
	do {
		VK(device, EnumerateDeviceExtensionProperties(handle, NULL, &count, NULL));
		free(extensions);
		extensions = calloc(count + 1, sizeof(*extensions));
		if (!extensions)
			return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
			                 "The host has no memory left for a list of %u device extensions: "
			                 "free some.",
			                 count);
		status = device->vk->EnumerateDeviceExtensionProperties(handle, NULL, &count, extensions);
	} while (status == VK_INCOMPLETE); /* there are more by now */
	TRY(device_check(device, status, "vkEnumerateDeviceExtensionProperties"));
	uint32_t num_found = 0;
	for (uint32_t n = 0; n < num_names; n++) {
		bool here = false;
		for (uint32_t i = 0; i < count && !here; i++)
			here = !strcmp(extensions[i].extensionName, names[n]);
		num_found += here;
	}
	*found = num_found == num_names;
error:
	free(extensions);
	return result;
}

static VkcResult create(struct device *device, const struct candidate *candidate)
{
	VkcResult result;
	const struct vulkan_api *vk = device->vk;
	VkPhysicalDeviceFeatures features;
	vk->GetPhysicalDeviceFeatures(candidate->handle, &features);
	if (device->tuning.int64 == 1 && !features.shaderInt64)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The tuning string (VKC_TUNING) asks for int64=1, but the device '%s' "
		                 "has no 64-bit integers in shaders.",
		                 candidate->properties.deviceName);
	device->limits.int64 = features.shaderInt64 && device->tuning.int64 != 0;

	/* A portability driver must be told that its gaps are known; none of them matters. */
	static const char *const portability_subset = "VK_KHR_portability_subset";
	const char *extensions[1 + MATRIX_UNITS_EXTENSIONS];
	bool portability;
	TRY(device_has_extensions(device, candidate->handle, &portability_subset, 1, &portability));
	if (portability)
		extensions[0] = portability_subset;
	TRY(matrix_units_find(device, candidate->handle));

	const float priority = 1.0f;
	VkDeviceQueueCreateInfo queue = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = candidate->queue_family,
		.queueCount = 1,
		.pQueuePriorities = &priority,
	};
	VkPhysicalDeviceFeatures enabled = {.shaderInt64 = device->limits.int64};
	VkDeviceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
		.enabledExtensionCount = portability,
		.ppEnabledExtensionNames = extensions,
		.pEnabledFeatures = &enabled,
	};
	struct matrix_units units;
	if (device->limits.matrix_units)
		matrix_units_enable(&units, &info, extensions);
	VK_MAKE(device, device->handle, CreateDevice(candidate->handle, &info, NULL, &device->handle));
error:
	if (result != VKC_SUCCESS)
		device->handle = VK_NULL_HANDLE;
	return result;
}

VkcResult device_open(struct device *device, struct instance *instance,
                      const struct candidate *candidate, const struct options *options,
                      struct error *error)
{
	VkcResult result;
	*device = (struct device){
		.instance = instance,
		.vk = &instance->api,
		.error = error,
		.memory = candidate->memory,
		.queue_family = candidate->queue_family,
		.tuning = options->tuning,
		.memory_limit = options->memory_limit ? options->memory_limit
	                                          : default_memory_limit(candidate),
	};
	read_limits(device, candidate);
	TRY(create(device, candidate));
	/* The functions of the device itself, without the loader's dispatch. */
	TRY(vulkan_api_load_device(&instance->api, device->handle, error));
	device->vk->GetDeviceQueue(device->handle, device->queue_family, 0, &device->queue);
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
	const struct vulkan_api *vk = device->vk;
	if (device->pipeline_cache)
		vk->DestroyPipelineCache(device->handle, device->pipeline_cache, NULL);
	/* NULL only where the driver has no such function. */
	if (vk->DestroyDevice)
		vk->DestroyDevice(device->handle, NULL);
	device->handle = VK_NULL_HANDLE;
}
