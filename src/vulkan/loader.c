/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* for RTLD_NODELETE */
#include "vulkan/loader.h"

#include <dlfcn.h>
#include <stddef.h>

static VkcResult missing(struct error *error, const char *name)
{
	return error_set(error, VKC_ERROR_NO_DEVICE,
	                 "The Vulkan loader or driver has no function vk%s; it is older than Vulkan "
	                 "1.1 or damaged: install a current driver.",
	                 name);
}

VkcResult loader_open(struct vulkan_api *api, struct error *error)
{
	api->library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!api->library) {
		const char *reason = dlerror();
		return error_set(error, VKC_ERROR_NO_DEVICE,
		                 "The Vulkan loader could not be opened (%s): install it (Debian and "
		                 "Ubuntu: libvulkan1; Fedora: vulkan-loader; Arch: vulkan-icd-loader).",
		                 reason ? reason : "no reason given");
	}
	/* POSIX allows this conversion from a data pointer to a function pointer, but ISO C does not;
	 * hence the cast of the destination. */
	*(void **)&api->GetInstanceProcAddr = dlsym(api->library, "vkGetInstanceProcAddr");
	if (!api->GetInstanceProcAddr)
		return missing(error, "GetInstanceProcAddr");
#define VKC_LOAD(name) \
	api->name = (PFN_vk##name)api->GetInstanceProcAddr(NULL, "vk" #name); \
	if (!api->name) \
		return missing(error, #name);
	VKC_GLOBAL_FUNCTIONS(VKC_LOAD)
#undef VKC_LOAD
	return VKC_SUCCESS;
}

VkcResult loader_load_instance(struct vulkan_api *api, VkInstance instance,
                               struct error *error)
{
#define VKC_LOAD(name) \
	api->name = (PFN_vk##name)api->GetInstanceProcAddr(instance, "vk" #name); \
	if (!api->name) \
		return missing(error, #name);
	VKC_INSTANCE_FUNCTIONS(VKC_LOAD)
#undef VKC_LOAD
	api->CreateDebugUtilsMessengerEXT =
		(PFN_vkCreateDebugUtilsMessengerEXT)api->GetInstanceProcAddr(
			instance, "vkCreateDebugUtilsMessengerEXT");
	api->DestroyDebugUtilsMessengerEXT =
		(PFN_vkDestroyDebugUtilsMessengerEXT)api->GetInstanceProcAddr(
			instance, "vkDestroyDebugUtilsMessengerEXT");
	api->GetPhysicalDeviceCooperativeMatrixPropertiesNV =
		(PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesNV)api->GetInstanceProcAddr(
			instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesNV");
	return VKC_SUCCESS;
}

VkcResult loader_load_device(const struct vulkan_api *api, VkDevice device,
                             struct vulkan_device_functions *functions, struct error *error)
{
#define VKC_LOAD(name) \
	functions->name = (PFN_vk##name)api->GetDeviceProcAddr(device, "vk" #name); \
	if (!functions->name) \
		return missing(error, #name);
	VKC_DEVICE_FUNCTIONS(VKC_LOAD)
#undef VKC_LOAD
	return VKC_SUCCESS;
}

void loader_pin_drivers(void)
{
	/* NVIDIA's driver (seen with 580.159) uses up static thread-local storage of the process each
	 * time it is loaded: the 31st instance in a process failed. */
	(void)dlopen("libGLX_nvidia.so.0", RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

void loader_close(struct vulkan_api *api)
{
	if (api->library)
		dlclose(api->library);
	api->library = NULL;
}
