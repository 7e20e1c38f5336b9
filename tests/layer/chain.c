/* SPDX-License-Identifier: MIT
 *
 * Instances and devices: the layer's place in the loader's chain.
 */
#include "layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t chain_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct layer_instance *instances;
static struct layer_device *devices;

/* All dispatchable handles of one instance or device begin with the same pointer. */
static void *key_of(const void *dispatchable)
{
	return *(void *const *)dispatchable;
}

struct layer_instance *layer_instance_of(const void *dispatchable)
{
	struct layer_instance *inst;

	pthread_mutex_lock(&chain_mutex);
	for (inst = instances; inst && inst->key != key_of(dispatchable);)
		inst = inst->next_instance;
	pthread_mutex_unlock(&chain_mutex);
	return inst;
}

struct layer_device *layer_device_of(const void *dispatchable)
{
	struct layer_device *dev;

	pthread_mutex_lock(&chain_mutex);
	for (dev = devices; dev && dev->key != key_of(dispatchable);)
		dev = dev->next_device;
	pthread_mutex_unlock(&chain_mutex);
	return dev;
}

static void *find_link(const void *chain, VkStructureType type)
{
	for (const VkBaseInStructure *s = chain; s; s = s->pNext)
		if (s->sType == type &&
		    ((const VkLayerInstanceCreateInfo *)s)->function == VK_LAYER_LINK_INFO)
			return (void *)s;
	return NULL;
}

/* A message from the layers below about the use of Vulkan counts as a violation. */
static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *user)
{
	(void)severity;
	(void)types;
	(void)user;
	layer_violation("validation: %s", data->pMessage);
	return VK_FALSE;
}

static void listen(struct layer_instance *inst)
{
	const VkDebugUtilsMessengerCreateInfoEXT info = {
		.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
		.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
	                       VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
		.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
		.pfnUserCallback = on_message,
	};

	if (NEXT(inst, CreateDebugUtilsMessengerEXT)(inst->handle, &info, NULL,
	                                             &inst->messenger) != VK_SUCCESS)
		inst->messenger = VK_NULL_HANDLE;
}

#define LAYER_LOOKUP(name, faults) inst->next[CALL_##name] = gipa(handle, "vk" #name);

static void add_instance(VkInstance handle, PFN_vkGetInstanceProcAddr gipa,
                         const VkInstanceCreateInfo *info)
{
	struct layer_instance *inst = calloc(1, sizeof(*inst));

	if (!inst)
		abort();
	inst->key = key_of(handle);
	inst->handle = handle;
	inst->get_proc = gipa;
	inst->limits = layer_limits_current();
	LAYER_INSTANCE_CALLS(LAYER_LOOKUP)
	for (uint32_t i = 0; i < info->enabledExtensionCount; i++)
		if (strcmp(info->ppEnabledExtensionNames[i],
		           VK_EXT_DEBUG_UTILS_EXTENSION_NAME) == 0)
			listen(inst);
	pthread_mutex_lock(&chain_mutex);
	inst->next_instance = instances;
	instances = inst;
	pthread_mutex_unlock(&chain_mutex);
	layer_created(NULL, OBJECT_INSTANCE);
}
#undef LAYER_LOOKUP

VKAPI_ATTR VkResult VKAPI_CALL layer_CreateInstance(const VkInstanceCreateInfo *info,
                                                    const VkAllocationCallbacks *allocator,
                                                    VkInstance *out)
{
	VkLayerInstanceCreateInfo *link =
		find_link(info->pNext, VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO);
	PFN_vkGetInstanceProcAddr gipa;
	PFN_vkCreateInstance create;
	VkResult result = layer_fault(CALL_CreateInstance, NULL);

	if (result != VK_SUCCESS)
		return result;
	if (!link)
		return VK_ERROR_INITIALIZATION_FAILED;
	gipa = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
	link->u.pLayerInfo = link->u.pLayerInfo->pNext;
	create = (PFN_vkCreateInstance)gipa(VK_NULL_HANDLE, "vkCreateInstance");
	if (!create)
		return VK_ERROR_INITIALIZATION_FAILED;
	result = create(info, allocator, out);
	if (result == VK_SUCCESS)
		add_instance(*out, gipa, info);
	return result;
}

VKAPI_ATTR void VKAPI_CALL layer_DestroyInstance(VkInstance instance,
                                                 const VkAllocationCallbacks *allocator)
{
	struct layer_instance *inst = instance ? layer_instance_of(instance) : NULL;
	struct layer_instance **place = &instances;

	if (!inst)
		return;
	pthread_mutex_lock(&chain_mutex);
	for (struct layer_device *dev = devices; dev; dev = dev->next_device)
		if (dev->instance == inst)
			layer_violation("vkDestroyInstance leaves a device behind");
	while (*place != inst)
		place = &(*place)->next_instance;
	*place = inst->next_instance;
	pthread_mutex_unlock(&chain_mutex);
	if (inst->messenger)
		NEXT(inst, DestroyDebugUtilsMessengerEXT)
	(instance, inst->messenger, NULL);
	NEXT(inst, DestroyInstance)
	(instance, allocator);
	layer_destroyed(NULL, OBJECT_INSTANCE);
	free(inst);
}

VkPhysicalDevice layer_real(struct layer_instance *inst, VkPhysicalDevice device, uint32_t *copy)
{
	if (copy)
		*copy = 0;
	for (uint32_t i = 0; i < inst->num_copies; i++)
		if ((void *)device == (void *)&inst->copies[i]) {
			if (copy)
				*copy = inst->copies[i].copy;
			return inst->copies[i].real;
		}
	return device;
}

static void check_features(struct layer_instance *inst, VkPhysicalDevice physical,
                           const VkDeviceCreateInfo *info)
{
	VkPhysicalDeviceFeatures there;
	const VkBool32 *has = (const VkBool32 *)&there;
	const VkPhysicalDeviceFeatures *asked = info->pEnabledFeatures;

	for (const VkBaseInStructure *s = info->pNext; s; s = s->pNext)
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2)
			asked = &((const VkPhysicalDeviceFeatures2 *)s)->features;
	if (info->enabledExtensionCount && inst->limits.no_extensions)
		layer_violation("vkCreateDevice enables %s, which the device has not",
		                info->ppEnabledExtensionNames[0]);
	if (!asked)
		return;
	layer_GetPhysicalDeviceFeatures(physical, &there);
	for (size_t i = 0; i < sizeof(there) / sizeof(*has); i++)
		if (((const VkBool32 *)asked)[i] && !has[i])
			layer_violation("vkCreateDevice enables feature %zu, which the device has "
			                "not",
			                i);
}

#define LAYER_LOOKUP(name, faults) dev->next[CALL_##name] = gdpa(handle, "vk" #name);

static void add_device(struct layer_instance *inst, VkPhysicalDevice physical, VkDevice handle,
                       PFN_vkGetDeviceProcAddr gdpa)
{
	struct layer_device *dev = calloc(1, sizeof(*dev));
	VkPhysicalDeviceProperties properties;
	VkPhysicalDeviceMemoryProperties real_memory;

	if (!dev)
		abort();
	dev->key = key_of(handle);
	dev->handle = handle;
	dev->instance = inst;
	dev->get_proc = gdpa;
	pthread_mutex_init(&dev->mutex, NULL);
	LAYER_DEVICE_CALLS(LAYER_LOOKUP)
	layer_GetPhysicalDeviceProperties(physical, &properties);
	dev->reported = properties.limits;
	layer_GetPhysicalDeviceMemoryProperties(physical, &dev->memory_properties);
	NEXT(inst, GetPhysicalDeviceMemoryProperties)
	(layer_real(inst, physical, NULL), &real_memory);
	dev->real_memory_type = layer_limit_memory(&inst->limits, &real_memory);
	dev->allocation_size_limit = inst->limits.allocation_size;
	pthread_mutex_lock(&chain_mutex);
	dev->next_device = devices;
	devices = dev;
	pthread_mutex_unlock(&chain_mutex);
	layer_created(NULL, OBJECT_DEVICE);
}
#undef LAYER_LOOKUP

#define MAX_QUEUE_INFOS 4

VKAPI_ATTR VkResult VKAPI_CALL layer_CreateDevice(VkPhysicalDevice physical,
                                                  const VkDeviceCreateInfo *info,
                                                  const VkAllocationCallbacks *allocator,
                                                  VkDevice *out)
{
	struct layer_instance *inst = layer_instance_of(physical);
	VkLayerDeviceCreateInfo *link =
		find_link(info->pNext, VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO);
	VkDeviceQueueCreateInfo queues[MAX_QUEUE_INFOS];
	VkDeviceCreateInfo below = *info;
	PFN_vkGetInstanceProcAddr gipa;
	PFN_vkGetDeviceProcAddr gdpa;
	PFN_vkCreateDevice create;
	VkResult result = layer_fault(CALL_CreateDevice, NULL);

	if (result != VK_SUCCESS)
		return result;
	if (!link || info->queueCreateInfoCount > MAX_QUEUE_INFOS)
		return VK_ERROR_INITIALIZATION_FAILED;
	gipa = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
	gdpa = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
	link->u.pLayerInfo = link->u.pLayerInfo->pNext;
	create = (PFN_vkCreateDevice)gipa(inst->handle, "vkCreateDevice");
	check_features(inst, physical, info);
	if (inst->limits.second_family) {
		for (uint32_t i = 0; i < info->queueCreateInfoCount; i++) {
			queues[i] = info->pQueueCreateInfos[i];
			if (queues[i].queueFamilyIndex != 1)
				layer_violation("vkCreateDevice takes a queue that cannot compute");
			queues[i].queueFamilyIndex = 0;
		}
		below.pQueueCreateInfos = queues;
	}
	result = create(layer_real(inst, physical, NULL), &below, allocator, out);
	if (result == VK_SUCCESS)
		add_device(inst, physical, *out, gdpa);
	return result;
}

VKAPI_ATTR void VKAPI_CALL layer_DestroyDevice(VkDevice device,
                                               const VkAllocationCallbacks *allocator)
{
	struct layer_device *dev = device ? layer_device_of(device) : NULL;
	struct layer_device **place = &devices;

	if (!dev)
		return;
	layer_check_leaks(dev);
	pthread_mutex_lock(&chain_mutex);
	while (*place != dev)
		place = &(*place)->next_device;
	*place = dev->next_device;
	pthread_mutex_unlock(&chain_mutex);
	NEXT(dev, DestroyDevice)
	(device, allocator);
	layer_destroyed(NULL, OBJECT_DEVICE);
	pthread_mutex_destroy(&dev->mutex);
	free(dev);
}
