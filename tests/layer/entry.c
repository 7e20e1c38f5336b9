/* SPDX-License-Identifier: MIT
 *
 * The entry points that the loader finds in the shared object.
 */
#include "layer.h"

#include <string.h>

#define LAYER_ENTRY(name, faults) {"vk" #name, (PFN_vkVoidFunction)layer_##name, CALL_##name},
struct entry {
	const char *name;
	PFN_vkVoidFunction function;
	enum layer_call call;
};
static const struct entry instance_entries[] = {LAYER_INSTANCE_CALLS(LAYER_ENTRY)};
static const struct entry device_entries[] = {LAYER_DEVICE_CALLS(LAYER_ENTRY)};
#undef LAYER_ENTRY

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_proc(VkDevice device, const char *name);
static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_proc(VkInstance instance,
                                                                  const char *name);

/* The KHR name of a command that Vulkan 1.1 adopted means the same command. */
static bool same_name(const char *name, const char *entry)
{
	size_t length = strlen(entry);

	return strncmp(name, entry, length) == 0 &&
	       (name[length] == '\0' || strcmp(name + length, "KHR") == 0);
}

static const struct entry *find(const struct entry *entries, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (same_name(name, entries[i].name))
			return &entries[i];
	return NULL;
}

/* The layer only intercepts commands that exist below, under the name they have there. */
static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_proc(VkDevice device, const char *name)
{
	struct layer_device *dev = layer_device_of(device);
	const struct entry *entry =
		find(device_entries, sizeof(device_entries) / sizeof(*device_entries), name);
	PFN_vkVoidFunction below;

	if (strcmp(name, "vkGetDeviceProcAddr") == 0)
		return (PFN_vkVoidFunction)get_device_proc;
	if (!dev)
		return entry ? entry->function : NULL;
	below = dev->get_proc(device, name);
	if (!entry || !below)
		return below;
	if (!dev->next[entry->call])
		dev->next[entry->call] = below;
	return entry->function;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_proc(VkInstance instance,
                                                                  const char *name)
{
	struct layer_instance *inst = instance ? layer_instance_of(instance) : NULL;
	const struct entry *entry =
		find(instance_entries, sizeof(instance_entries) / sizeof(*instance_entries), name);
	PFN_vkVoidFunction below;

	if (strcmp(name, "vkGetInstanceProcAddr") == 0)
		return (PFN_vkVoidFunction)get_instance_proc;
	if (strcmp(name, "vkGetDeviceProcAddr") == 0)
		return (PFN_vkVoidFunction)get_device_proc;
	if (!inst) /* the loader asks for vkCreateInstance before an instance exists */
		return entry ? entry->function : NULL;
	below = inst->get_proc(instance, name);
	if (entry && below) {
		if (!inst->next[entry->call])
			inst->next[entry->call] = below;
		return entry->function;
	}
	entry = find(device_entries, sizeof(device_entries) / sizeof(*device_entries), name);
	return entry && below ? entry->function : below;
}

__attribute__((visibility("default"))) VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *interface)
{
	if (interface->loaderLayerInterfaceVersion < 2)
		return VK_ERROR_INITIALIZATION_FAILED;
	interface->loaderLayerInterfaceVersion = 2;
	interface->pfnGetInstanceProcAddr = get_instance_proc;
	interface->pfnGetDeviceProcAddr = get_device_proc;
	interface->pfnGetPhysicalDeviceProcAddr = NULL;
	return VK_SUCCESS;
}
