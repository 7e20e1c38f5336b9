/* SPDX-License-Identifier: MIT
 *
 * Enumerating, choosing and describing physical devices. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vulkan/instance.h"
#include "vulkan/status.h"

/* Finds the queue family to use. Returns false if the device has no compute queue. Prefers a family
 * without graphics, which does not compete with the desktop. */
static bool find_queue_family(const struct vulkan_api *api, VkPhysicalDevice handle,
                              uint32_t *family)
{
	enum {
		MAX = 32
	};
	VkQueueFamilyProperties families[MAX];
	uint32_t count = 0;
	/* SwiftShader fills the whole array, whatever the number of its families, so query the number
	 * first. */
	api->GetPhysicalDeviceQueueFamilyProperties(handle, &count, NULL);
	count = count < MAX ? count : MAX;
	api->GetPhysicalDeviceQueueFamilyProperties(handle, &count, families);
	bool found = false;
	for (uint32_t i = count; i-- > 0;) {
		VkQueueFlags flags = families[i].queueFlags;
		if (!families[i].queueCount || !(flags & VK_QUEUE_COMPUTE_BIT))
			continue;
		if (!found || !(flags & VK_QUEUE_GRAPHICS_BIT))
			*family = i;
		found = true;
	}
	return found;
}

static void read_driver_name(const struct vulkan_api *api, struct physical_device *physical_device)
{
	physical_device->driver[0] = '\0';
	if (physical_device->properties.apiVersion < VK_API_VERSION_1_2)
		return;
	VkPhysicalDeviceDriverProperties driver = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &driver};
	api->GetPhysicalDeviceProperties2(physical_device->handle, &properties);
	snprintf(physical_device->driver, sizeof(physical_device->driver), "%.120s %.120s",
	         driver.driverName, driver.driverInfo);
}

VkcResult instance_physical_devices(struct instance *instance,
                                    struct physical_device **physical_devices, uint32_t *count,
                                    struct error *error)
{
	const struct vulkan_api *api = &instance->api;
	VkcResult result = VKC_SUCCESS;
	VkPhysicalDevice *handles = NULL;
	uint32_t num_handles = 0;
	*physical_devices = NULL;
	*count = 0;
	VkResult status = api->EnumeratePhysicalDevices(instance->handle, &num_handles, NULL);
	if (status == VK_SUCCESS && num_handles) {
		handles = calloc(num_handles, sizeof(*handles));
		*physical_devices = calloc(num_handles, sizeof(**physical_devices));
		if (!handles || !*physical_devices) {
			result = error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
			                   "The host has no memory left for a list of %u devices: free "
			                   "some.",
			                   num_handles);
			goto done;
		}
		status = api->EnumeratePhysicalDevices(instance->handle, &num_handles, handles);
	}
	/* The loader reports this error if there is no working driver. */
	if (status == VK_ERROR_INITIALIZATION_FAILED)
		goto done;
	if (status != VK_SUCCESS && status != VK_INCOMPLETE) {
		result = status == VK_ERROR_OUT_OF_HOST_MEMORY     ? VKC_ERROR_OUT_OF_HOST_MEMORY
		         : status == VK_ERROR_OUT_OF_DEVICE_MEMORY ? VKC_ERROR_OUT_OF_DEVICE_MEMORY
		                                                   : VKC_ERROR_NO_DEVICE;
		error_set(error, result,
		          "The Vulkan devices could not be listed (%s): check the driver with "
		          "vulkaninfo.",
		          vulkan_result_name(status));
		goto done;
	}
	for (uint32_t i = 0; handles && i < num_handles; i++) {
		struct physical_device *physical_device = &(*physical_devices)[*count];
		physical_device->handle = handles[i];
		api->GetPhysicalDeviceProperties(handles[i], &physical_device->properties);
		api->GetPhysicalDeviceMemoryProperties(handles[i], &physical_device->memory);
		if (physical_device->properties.apiVersion < VK_API_VERSION_1_1 ||
		    !find_queue_family(api, handles[i], &physical_device->queue_family))
			continue;
		read_driver_name(api, physical_device);
		(*count)++;
	}
done:
	free(handles);
	if (result != VKC_SUCCESS) {
		free(*physical_devices);
		*physical_devices = NULL;
	}
	return result;
}

static int rank(const struct physical_device *physical_device)
{
	switch (physical_device->properties.deviceType) {
	case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
		return 4;
	case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
		return 3;
	case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
		return 2;
	case VK_PHYSICAL_DEVICE_TYPE_CPU:
		return 1;
	default:
		return 0;
	}
}

static bool contains(const char *text, const char *part)
{
	for (; *text; text++) {
		size_t i = 0;
		while (part[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
			i++;
		if (!part[i])
			return true;
	}
	return false;
}

/* Formats "0 'this', 1 'that'". Truncates long names and long lists. */
static void list_names(const struct physical_device *physical_devices, uint32_t count, char *text,
                       size_t size)
{
	const uint32_t max = 8;
	size_t used = 0;
	for (uint32_t i = 0; i < count && i < max; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u '%.60s'", i ? ", " : "", i,
		                         physical_devices[i].properties.deviceName);
	if (count > max)
		snprintf(text + used, size - used, ", and %u more", count - max);
}

VkcResult physical_device_choose(const struct physical_device *physical_devices, uint32_t count,
                                 const char *selector, uint32_t *index, struct error *error)
{
	if (!count)
		return instance_no_driver(error, VKC_ERROR_NO_DEVICE,
		                          "There is no Vulkan 1.1 device with a compute queue");
	*index = 0;
	if (!selector) {
		for (uint32_t i = 1; i < count; i++)
			if (rank(&physical_devices[i]) > rank(&physical_devices[*index]))
				*index = i;
		return VKC_SUCCESS;
	}
	char list[640], *end;
	list_names(physical_devices, count, list, sizeof(list));
	errno = 0;
	unsigned long number = strtoul(selector, &end, 10);
	if (selector[0] >= '0' && selector[0] <= '9' && !*end) {
		if (!errno && number < count) {
			*index = (uint32_t)number;
			return VKC_SUCCESS;
		}
		/* A small index that does not exist must not match a digit in a device name, for example in
		 * a compiler version. Model numbers have more digits. */
		if (number < 100)
			return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
			                 "There is no device %.100s (VKC_DEVICE); the devices, numbered from "
			                 "0, are: %s.",
			                 selector, list);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (contains(physical_devices[i].properties.deviceName, selector)) {
			*index = i;
			return VKC_SUCCESS;
		}
	}
	return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
	                 "No device has '%.100s' in its name (VKC_DEVICE); the devices, numbered from "
	                 "0, are: %s.",
	                 selector, list);
}

uint64_t physical_device_memory(const struct physical_device *physical_device)
{
	uint64_t largest = 0;
	for (uint32_t i = 0; i < physical_device->memory.memoryHeapCount; i++) {
		const VkMemoryHeap *heap = &physical_device->memory.memoryHeaps[i];
		if ((heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) && heap->size > largest)
			largest = heap->size;
	}
	return largest;
}

void physical_device_describe(const struct instance *instance,
                              const struct physical_device *physical_device, VkcDeviceInfo *info)
{
	VkPhysicalDeviceFeatures features;
	instance->api.GetPhysicalDeviceFeatures(physical_device->handle, &features);
	const VkPhysicalDeviceProperties *properties = &physical_device->properties;
	*info = (VkcDeviceInfo){
		.struct_size = sizeof(VkcDeviceInfo),
		.type = VKC_DEVICE_OTHER,
		.vendor_id = properties->vendorID,
		.device_id = properties->deviceID,
		.api_version = properties->apiVersion,
		.driver_version = properties->driverVersion,
		.memory_bytes = physical_device_memory(physical_device),
		.has_int64 = features.shaderInt64,
	};
	/* VkcDeviceType has the same values as VkPhysicalDeviceType. */
	if (properties->deviceType <= VK_PHYSICAL_DEVICE_TYPE_CPU)
		info->type = (VkcDeviceType)properties->deviceType;
	snprintf(info->name, sizeof(info->name), "%s", properties->deviceName);
	snprintf(info->driver, sizeof(info->driver), "%s", physical_device->driver);
}
