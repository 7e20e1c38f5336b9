/* SPDX-License-Identifier: MIT */
#include "vulkan/status.h"

#include <string.h>

VkcResult status_check(struct error *error, VkResult status, const char *call)
{
	/* Quote only the function name, not its arguments. */
	int name = (int)strcspn(call, "(");
	switch (status) {
	case VK_SUCCESS:
		return VKC_SUCCESS;
	case VK_ERROR_OUT_OF_HOST_MEMORY:
	case VK_ERROR_MEMORY_MAP_FAILED: /* out of address space */
		return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left (%.*s): free some, or ask for less at a "
		                 "time.",
		                 name, call);
	case VK_ERROR_OUT_OF_DEVICE_MEMORY:
	case VK_ERROR_OUT_OF_POOL_MEMORY:
	case VK_ERROR_FRAGMENTED_POOL:
	case VK_ERROR_FRAGMENTATION:
	case VK_ERROR_TOO_MANY_OBJECTS: /* too many allocations or devices */
		return error_set(error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                 "The device has no memory left (%.*s): close other programs that use it, "
		                 "or set a lower memory limit (VKC_MEMORY_LIMIT).",
		                 name, call);
	case VK_ERROR_DEVICE_LOST:
		return error_set(error, VKC_ERROR_DEVICE_LOST,
		                 "The device was lost (%.*s): the driver was reset or removed; destroy "
		                 "the context and make a new one, or run the program again.",
		                 name, call);
	default:
		return error_set(error, VKC_ERROR_INTERNAL,
		                 "The driver failed in %.*s with %s: update it, or choose another "
		                 "device (VKC_DEVICE).",
		                 name, call, vulkan_result_name(status));
	}
}

const char *vulkan_result_name(VkResult result)
{
	switch (result) {
#define VKC_NAME(name) \
	case name: \
		return #name;
		VKC_NAME(VK_SUCCESS)
		VKC_NAME(VK_NOT_READY)
		VKC_NAME(VK_TIMEOUT)
		VKC_NAME(VK_INCOMPLETE)
		VKC_NAME(VK_ERROR_OUT_OF_HOST_MEMORY)
		VKC_NAME(VK_ERROR_OUT_OF_DEVICE_MEMORY)
		VKC_NAME(VK_ERROR_INITIALIZATION_FAILED)
		VKC_NAME(VK_ERROR_DEVICE_LOST)
		VKC_NAME(VK_ERROR_MEMORY_MAP_FAILED)
		VKC_NAME(VK_ERROR_LAYER_NOT_PRESENT)
		VKC_NAME(VK_ERROR_EXTENSION_NOT_PRESENT)
		VKC_NAME(VK_ERROR_FEATURE_NOT_PRESENT)
		VKC_NAME(VK_ERROR_INCOMPATIBLE_DRIVER)
		VKC_NAME(VK_ERROR_TOO_MANY_OBJECTS)
		VKC_NAME(VK_ERROR_FRAGMENTED_POOL)
		VKC_NAME(VK_ERROR_OUT_OF_POOL_MEMORY)
		VKC_NAME(VK_ERROR_FRAGMENTATION)
		VKC_NAME(VK_ERROR_UNKNOWN)
#undef VKC_NAME
	default:
		return "an unknown VkResult";
	}
}
