/* SPDX-License-Identifier: MIT
 *
 * A libvulkan.so.1 that wraps the real one and makes calls fail that no layer sees: those made
 * before an instance exists, and the look-up of functions. VKC_TEST_MISSING names a function that
 * is not found. VKC_TEST_BROKEN names a function that fails; "old" makes the loader report Vulkan
 * 1.0, and "growing" makes the first list of extensions of each kind longer than its reported
 * length. A program that leaks an instance or a device that it could destroy is aborted.
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

/* ---- Lists that grow ---------------------------------------------------------------- */

/* Whether to report this list, the first of its kind, as incomplete; *kind counts the lists. */
static int is_growing(int *kind, const VkExtensionProperties *properties)
{
	return properties && is_named("VKC_TEST_BROKEN", "growing") && (*kind)++ == 0;
}

static VKAPI_ATTR VkResult VKAPI_CALL instance_extensions(const char *layer, uint32_t *count,
                                                          VkExtensionProperties *properties)
{
	static int lists;
	PFN_vkEnumerateInstanceExtensionProperties next =
		(PFN_vkEnumerateInstanceExtensionProperties)real_instance_proc(
			NULL, "vkEnumerateInstanceExtensionProperties");

	if (is_growing(&lists, properties))
		*count = 1;
	return next(layer, count, properties);
}

static VkInstance the_instance;

static VKAPI_ATTR VkResult VKAPI_CALL device_extensions(VkPhysicalDevice device,
                                                        const char *layer, uint32_t *count,
                                                        VkExtensionProperties *properties)
{
	static int lists;
	PFN_vkEnumerateDeviceExtensionProperties next =
		(PFN_vkEnumerateDeviceExtensionProperties)real_instance_proc(
			the_instance, "vkEnumerateDeviceExtensionProperties");

	if (is_growing(&lists, properties))
		*count = 1;
	return next(device, layer, count, properties);
}

/* ---- Live objects -------------------------------------------------------------------- */

static int num_instances, num_devices;

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info,
                                                      const VkAllocationCallbacks *allocator,
                                                      VkInstance *instance)
{
	PFN_vkCreateInstance next =
		(PFN_vkCreateInstance)real_instance_proc(NULL, "vkCreateInstance");
	VkResult result = next(info, allocator, instance);

	if (result == VK_SUCCESS) {
		the_instance = *instance;
		num_instances++;
	}
	return result;
}

static VKAPI_ATTR void VKAPI_CALL destroy_instance(VkInstance instance,
                                                   const VkAllocationCallbacks *allocator)
{
	PFN_vkDestroyInstance next =
		(PFN_vkDestroyInstance)real_instance_proc(instance, "vkDestroyInstance");

	num_instances--;
	next(instance, allocator);
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical,
                                                    const VkDeviceCreateInfo *info,
                                                    const VkAllocationCallbacks *allocator,
                                                    VkDevice *device)
{
	PFN_vkCreateDevice next =
		(PFN_vkCreateDevice)real_instance_proc(the_instance, "vkCreateDevice");
	VkResult result = next(physical, info, allocator, device);

	num_devices += result == VK_SUCCESS;
	return result;
}

static VKAPI_ATTR void VKAPI_CALL destroy_device(VkDevice device,
                                                 const VkAllocationCallbacks *allocator)
{
	PFN_vkDestroyDevice next =
		(PFN_vkDestroyDevice)real_device_proc(device, "vkDestroyDevice");

	num_devices--;
	next(device, allocator);
}

static void check_all_destroyed(void)
{
	if ((num_instances && !is_named("VKC_TEST_MISSING", "vkDestroyInstance")) ||
	    (num_devices && !is_named("VKC_TEST_MISSING", "vkDestroyDevice")))
		abort();
}

/* ---- The look-up of functions --------------------------------------------------------- */

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc(VkDevice device, const char *name)
{
	if (is_named("VKC_TEST_MISSING", name))
		return NULL;
	if (strcmp(name, "vkDestroyDevice") == 0)
		return (PFN_vkVoidFunction)destroy_device;
	return real_device_proc(device, name);
}

static PFN_vkVoidFunction own_function(const char *name)
{
	static const struct {
		const char *name;
		PFN_vkVoidFunction function;
	} functions[] = {
		{"vkGetDeviceProcAddr", (PFN_vkVoidFunction)device_proc},
		{"vkCreateInstance", (PFN_vkVoidFunction)create_instance},
		{"vkDestroyInstance", (PFN_vkVoidFunction)destroy_instance},
		{"vkCreateDevice", (PFN_vkVoidFunction)create_device},
		{"vkEnumerateInstanceExtensionProperties", (PFN_vkVoidFunction)instance_extensions},
		{"vkEnumerateDeviceExtensionProperties", (PFN_vkVoidFunction)device_extensions},
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strcmp(name, functions[i].name) == 0)
			return functions[i].function;
	return NULL;
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

/* Otherwise the next search for libvulkan.so.1 would find the real loader, which is still open. */
__attribute__((destructor)) static void close_real_loader(void)
{
	check_all_destroyed();
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
	if (is_named("VKC_TEST_BROKEN", "old") && strcmp(name, "vkEnumerateInstanceVersion") == 0)
		return (PFN_vkVoidFunction)old_version;
	if (!is_named("VKC_TEST_BROKEN", name))
		return own_function(name) ? own_function(name) : real_instance_proc(instance, name);
	if (strcmp(name, "vkEnumerateInstanceVersion") == 0)
		return (PFN_vkVoidFunction)no_version;
	return (PFN_vkVoidFunction)no_extensions;
}
