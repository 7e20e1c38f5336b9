/* SPDX-License-Identifier: MIT
 *
 * Physical devices: their list and their properties. (Images and surfaces are not covered: a
 * compute library does not ask for them.)
 */
#include "layer.h"

#include <stdio.h>
#include <string.h>

/* Creates the copies of the first device, once. */
static void make_copies(struct layer_instance *inst, VkPhysicalDevice first)
{
	uint32_t wanted = inst->limits.devices > 1 ? (uint32_t)inst->limits.devices - 1 : 0;

	if (wanted > MAX_COPIES)
		wanted = MAX_COPIES;
	for (; inst->num_copies < wanted; inst->num_copies++) {
		struct layer_physical *copy = &inst->copies[inst->num_copies];

		copy->key = *(void **)first;
		copy->real = first;
		copy->copy = inst->num_copies + 1;
	}
}

VKAPI_ATTR VkResult VKAPI_CALL layer_EnumeratePhysicalDevices(VkInstance instance, uint32_t *count,
                                                              VkPhysicalDevice *devices)
{
	struct layer_instance *inst = layer_instance_of(instance);
	uint32_t capacity = *count;
	VkPhysicalDevice first;
	uint32_t one = 1;
	VkResult result = layer_fault(CALL_EnumeratePhysicalDevices, NULL);

	if (result != VK_SUCCESS)
		return result;
	result = NEXT(inst, EnumeratePhysicalDevices)(instance, count, devices);
	if (result != VK_SUCCESS || inst->limits.devices < 2 || *count == 0)
		return result;
	if (NEXT(inst, EnumeratePhysicalDevices)(instance, &one, &first) < 0)
		return VK_ERROR_INITIALIZATION_FAILED;
	make_copies(inst, first);
	if (!devices) {
		*count += inst->num_copies;
		return VK_SUCCESS;
	}
	for (uint32_t i = 0; i < inst->num_copies; i++) {
		if (*count == capacity)
			return VK_INCOMPLETE;
		devices[(*count)++] = (VkPhysicalDevice)&inst->copies[i];
	}
	return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL layer_EnumeratePhysicalDeviceGroups(
	VkInstance instance, uint32_t *count, VkPhysicalDeviceGroupProperties *groups)
{
	struct layer_instance *inst = layer_instance_of(instance);
	VkResult result = layer_fault(CALL_EnumeratePhysicalDeviceGroups, NULL);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(inst, EnumeratePhysicalDeviceGroups)(instance, count, groups);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_EnumerateDeviceExtensionProperties(
	VkPhysicalDevice device, const char *layer, uint32_t *count,
	VkExtensionProperties *properties)
{
	struct layer_instance *inst = layer_instance_of(device);
	VkResult result = layer_fault(CALL_EnumerateDeviceExtensionProperties, NULL);

	if (result != VK_SUCCESS)
		return result;
	if (layer && strcmp(layer, "VK_LAYER_VKC_test") == 0) {
		*count = 0;
		return VK_SUCCESS;
	}
	if (!layer && inst->limits.no_extensions) {
		*count = 0;
		return VK_SUCCESS;
	}
	return NEXT(inst, EnumerateDeviceExtensionProperties)(layer_real(inst, device, NULL), layer,
	                                                      count, properties);
}

static void limit_properties(struct layer_instance *inst, uint32_t copy,
                             VkPhysicalDeviceProperties *properties)
{
	char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];

	layer_limit_properties(&inst->limits, properties);
	if (!copy)
		return;
	snprintf(name, sizeof(name), "Copy %u (T%u) of %.*s", copy,
	         4000 + copy * 10, (int)sizeof(name) - 48, properties->deviceName);
	memcpy(properties->deviceName, name, sizeof(name));
	/* The first copy ranks above the device itself; the others do not. */
	if (copy == 1)
		properties->deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceFormatProperties(VkPhysicalDevice device,
                                                                   VkFormat format,
                                                                   VkFormatProperties *properties)
{
	struct layer_instance *inst = layer_instance_of(device);

	NEXT(inst, GetPhysicalDeviceFormatProperties)
	(layer_real(inst, device, NULL), format, properties);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceProperties(VkPhysicalDevice device,
                                                             VkPhysicalDeviceProperties *properties)
{
	struct layer_instance *inst = layer_instance_of(device);
	uint32_t copy;
	VkPhysicalDevice real = layer_real(inst, device, &copy);

	NEXT(inst, GetPhysicalDeviceProperties)
	(real, properties);
	limit_properties(inst, copy, properties);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceProperties2(
	VkPhysicalDevice device, VkPhysicalDeviceProperties2 *properties)
{
	struct layer_instance *inst = layer_instance_of(device);
	uint32_t copy;
	VkPhysicalDevice real = layer_real(inst, device, &copy);

	NEXT(inst, GetPhysicalDeviceProperties2)
	(real, properties);
	limit_properties(inst, copy, &properties->properties);
	layer_limit_property_chain(&inst->limits, properties->pNext);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceFeatures(VkPhysicalDevice device,
                                                           VkPhysicalDeviceFeatures *features)
{
	struct layer_instance *inst = layer_instance_of(device);

	NEXT(inst, GetPhysicalDeviceFeatures)
	(layer_real(inst, device, NULL), features);
	layer_limit_features(&inst->limits, features);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceFeatures2(VkPhysicalDevice device,
                                                            VkPhysicalDeviceFeatures2 *features)
{
	struct layer_instance *inst = layer_instance_of(device);

	NEXT(inst, GetPhysicalDeviceFeatures2)
	(layer_real(inst, device, NULL), features);
	layer_limit_features(&inst->limits, &features->features);
	layer_limit_feature_chain(&inst->limits, features->pNext);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceMemoryProperties(
	VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties *properties)
{
	struct layer_instance *inst = layer_instance_of(device);

	NEXT(inst, GetPhysicalDeviceMemoryProperties)
	(layer_real(inst, device, NULL), properties);
	layer_limit_memory(&inst->limits, properties);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceMemoryProperties2(
	VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties2 *properties)
{
	struct layer_instance *inst = layer_instance_of(device);

	NEXT(inst, GetPhysicalDeviceMemoryProperties2)
	(layer_real(inst, device, NULL), properties);
	layer_limit_memory(&inst->limits, &properties->memoryProperties);
}

/* The queue family at position index, or nothing past the end. */
static void limit_family(const struct layer_limits *limits, uint32_t index,
                         VkQueueFamilyProperties *family)
{
	if (limits->no_timestamps)
		family->timestampValidBits = 0;
	if (limits->compute_queue)
		family->queueFlags = VK_QUEUE_COMPUTE_BIT;
	if (limits->second_family)
		family->queueFlags = index == 0 ? VK_QUEUE_TRANSFER_BIT : VK_QUEUE_COMPUTE_BIT;
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceQueueFamilyProperties(
	VkPhysicalDevice device, uint32_t *count, VkQueueFamilyProperties *families)
{
	struct layer_instance *inst = layer_instance_of(device);
	VkPhysicalDevice real = layer_real(inst, device, NULL);
	uint32_t capacity = *count;
	uint32_t one = 1;

	if (!inst->limits.second_family) {
		NEXT(inst, GetPhysicalDeviceQueueFamilyProperties)
		(real, count, families);
	} else {
		*count = families && capacity < 2 ? capacity : 2;
		for (uint32_t i = 0; families && i < *count; i++, one = 1)
			NEXT(inst, GetPhysicalDeviceQueueFamilyProperties)
		(real, &one, &families[i]);
	}
	for (uint32_t i = 0; families && i < *count; i++)
		limit_family(&inst->limits, i, &families[i]);
}

VKAPI_ATTR void VKAPI_CALL layer_GetPhysicalDeviceQueueFamilyProperties2(
	VkPhysicalDevice device, uint32_t *count, VkQueueFamilyProperties2 *families)
{
	struct layer_instance *inst = layer_instance_of(device);
	VkPhysicalDevice real = layer_real(inst, device, NULL);
	uint32_t capacity = *count;
	uint32_t one = 1;

	if (!inst->limits.second_family) {
		NEXT(inst, GetPhysicalDeviceQueueFamilyProperties2)
		(real, count, families);
	} else {
		*count = families && capacity < 2 ? capacity : 2;
		for (uint32_t i = 0; families && i < *count; i++, one = 1)
			NEXT(inst, GetPhysicalDeviceQueueFamilyProperties2)
		(real, &one, &families[i]);
	}
	for (uint32_t i = 0; families && i < *count; i++)
		limit_family(&inst->limits, i, &families[i].queueFamilyProperties);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_CreateDebugUtilsMessengerEXT(
	VkInstance instance, const VkDebugUtilsMessengerCreateInfoEXT *info,
	const VkAllocationCallbacks *allocator, VkDebugUtilsMessengerEXT *out)
{
	struct layer_instance *inst = layer_instance_of(instance);
	VkResult result = layer_fault(CALL_CreateDebugUtilsMessengerEXT, NULL);

	if (result != VK_SUCCESS)
		return result;
	result = NEXT(inst, CreateDebugUtilsMessengerEXT)(instance, info, allocator, out);
	if (result == VK_SUCCESS)
		layer_created(NULL, OBJECT_MESSENGER);
	return result;
}

VKAPI_ATTR void VKAPI_CALL layer_DestroyDebugUtilsMessengerEXT(
	VkInstance instance, VkDebugUtilsMessengerEXT messenger,
	const VkAllocationCallbacks *allocator)
{
	struct layer_instance *inst = layer_instance_of(instance);

	if (messenger)
		layer_destroyed(NULL, OBJECT_MESSENGER);
	NEXT(inst, DestroyDebugUtilsMessengerEXT)
	(instance, messenger, allocator);
}
