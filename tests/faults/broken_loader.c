/* SPDX-License-Identifier: MIT
 *
 * A libvulkan.so.1 that stands before the real one and lets calls fail that no layer sees: those
 * made before there is an instance, and the look-up of functions.
 * VKC_TEST_MISSING names a function that it does not know, VKC_TEST_BROKEN one that fails ("old":
 * the loader says that it is Vulkan 1.0).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

static void *real_loader;
static PFN_vkGetInstanceProcAddr real_instance_proc;
static PFN_vkGetDeviceProcAddr real_device_proc;

static int is_named(const char *variable, const char *name)
{
	const char *value = getenv(variable);

	return value && strcmp(value, name) == 0;
}

static VKAPI_ATTR VkResult VKAPI_CALL no_version(uint32_t *version)
{
	(void)version;
	return VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VKAPI_ATTR VkResult VKAPI_CALL old_version(uint32_t *version)
{
	*version = VK_API_VERSION_1_0;
	return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL no_extensions(const char *layer, uint32_t *count,
                                                    VkExtensionProperties *properties)
{
	(void)layer;
	(void)count;
	(void)properties;
	return VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc(VkDevice device, const char *name)
{
	return is_named("VKC_TEST_MISSING", name) ? NULL : real_device_proc(device, name);
}

static int open_real_loader(void)
{
	real_loader = dlopen(VKC_REAL_LOADER, RTLD_NOW | RTLD_LOCAL);
	if (!real_loader)
		return 0;
	*(void **)&real_instance_proc = dlsym(real_loader, "vkGetInstanceProcAddr");
	*(void **)&real_device_proc = dlsym(real_loader, "vkGetDeviceProcAddr");
	return real_instance_proc && real_device_proc;
}

/* Else the next search for a libvulkan.so.1 would find the real one, still open. */
__attribute__((destructor)) static void close_real_loader(void)
{
	if (real_loader)
		dlclose(real_loader);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vkGetInstanceProcAddr(VkInstance instance,
                                                               const char *name)
{
	if (!real_instance_proc && !open_real_loader())
		return NULL;
	if (is_named("VKC_TEST_MISSING", name))
		return NULL;
	if (strcmp(name, "vkGetDeviceProcAddr") == 0)
		return (PFN_vkVoidFunction)device_proc;
	if (is_named("VKC_TEST_BROKEN", "old") && strcmp(name, "vkEnumerateInstanceVersion") == 0)
		return (PFN_vkVoidFunction)old_version;
	if (!is_named("VKC_TEST_BROKEN", name))
		return real_instance_proc(instance, name);
	if (strcmp(name, "vkEnumerateInstanceVersion") == 0)
		return (PFN_vkVoidFunction)no_version;
	return (PFN_vkVoidFunction)no_extensions;
}
