/* SPDX-License-Identifier: MIT
 *
 * The Vulkan loader, opened at run time, so that the library can be loaded, and
 * say what is missing, on a machine without one; and the functions used. */
#ifndef VKC_LOADER_H
#define VKC_LOADER_H

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "base/error.h"

#define VKC_GLOBAL_FUNCTIONS(F) \
	F(CreateInstance) \
	F(EnumerateInstanceExtensionProperties) \
	F(EnumerateInstanceVersion)

/* What destroys comes first: where another function is missing, it is there. */
#define VKC_INSTANCE_FUNCTIONS(F) \
	F(DestroyInstance) \
	F(CreateDevice) \
	F(EnumerateDeviceExtensionProperties) \
	F(EnumeratePhysicalDevices) \
	F(GetDeviceProcAddr) \
	F(GetPhysicalDeviceFeatures) \
	F(GetPhysicalDeviceFeatures2) \
	F(GetPhysicalDeviceFormatProperties) \
	F(GetPhysicalDeviceMemoryProperties) \
	F(GetPhysicalDeviceProperties) \
	F(GetPhysicalDeviceProperties2) \
	F(GetPhysicalDeviceQueueFamilyProperties)

#define VKC_DEVICE_FUNCTIONS(F) \
	F(DestroyDevice) \
	F(AllocateCommandBuffers) \
	F(AllocateDescriptorSets) \
	F(AllocateMemory) \
	F(BeginCommandBuffer) \
	F(BindBufferMemory) \
	F(CmdBindDescriptorSets) \
	F(CmdBindPipeline) \
	F(CmdCopyBuffer) \
	F(CmdDispatch) \
	F(CmdDispatchIndirect) \
	F(CmdFillBuffer) \
	F(CmdPipelineBarrier) \
	F(CmdPushConstants) \
	F(CmdUpdateBuffer) \
	F(CreateBuffer) \
	F(CreateBufferView) \
	F(CreateCommandPool) \
	F(CreateComputePipelines) \
	F(CreateDescriptorPool) \
	F(CreateDescriptorSetLayout) \
	F(CreateFence) \
	F(CreatePipelineCache) \
	F(CreatePipelineLayout) \
	F(CreateShaderModule) \
	F(DestroyBuffer) \
	F(DestroyBufferView) \
	F(DestroyCommandPool) \
	F(DestroyDescriptorPool) \
	F(DestroyDescriptorSetLayout) \
	F(DestroyFence) \
	F(DestroyPipeline) \
	F(DestroyPipelineCache) \
	F(DestroyPipelineLayout) \
	F(DestroyShaderModule) \
	F(EndCommandBuffer) \
	F(FlushMappedMemoryRanges) \
	F(FreeMemory) \
	F(GetBufferMemoryRequirements) \
	F(GetDeviceQueue) \
	F(InvalidateMappedMemoryRanges) \
	F(MapMemory) \
	F(QueueSubmit) \
	F(ResetCommandPool) \
	F(ResetDescriptorPool) \
	F(ResetFences) \
	F(UpdateDescriptorSets) \
	F(WaitForFences)

#define VKC_DECLARE_FUNCTION(name) PFN_vk##name name;

/* Of an instance. */
struct vulkan_api {
	void *library; /* of dlopen() */
	PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
	VKC_GLOBAL_FUNCTIONS(VKC_DECLARE_FUNCTION)
	VKC_INSTANCE_FUNCTIONS(VKC_DECLARE_FUNCTION)
	/* Of VK_EXT_debug_utils; NULL unless validation was asked for. */
	PFN_vkCreateDebugUtilsMessengerEXT CreateDebugUtilsMessengerEXT;
	PFN_vkDestroyDebugUtilsMessengerEXT DestroyDebugUtilsMessengerEXT;
	/* Of VK_NV_cooperative_matrix; NULL where no driver has it. */
	PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesNV
		GetPhysicalDeviceCooperativeMatrixPropertiesNV;
};

/* Of one device, without the loader's dispatch: another device may have other functions. */
struct vulkan_device_functions {
	VKC_DEVICE_FUNCTIONS(VKC_DECLARE_FUNCTION)
};

/* Opens the loader and finds the global functions. */
VkcResult loader_open(struct vulkan_api *api, struct error *error);
VkcResult loader_load_instance(struct vulkan_api *api, VkInstance instance,
                               struct error *error);
VkcResult loader_load_device(const struct vulkan_api *api, VkDevice device,
                             struct vulkan_device_functions *functions, struct error *error);
/* While an instance is alive: keeps drivers in the process that cannot be loaded again. */
void loader_pin_drivers(void);
void loader_close(struct vulkan_api *api);

#endif
