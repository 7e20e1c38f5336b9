/* SPDX-License-Identifier: MIT
 *
 * The Vulkan loader and its functions. The loader is opened at run time, so that the library can be
 * loaded on a machine without it and report what is missing. */
#ifndef VKC_LOADER_H
#define VKC_LOADER_H

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "base/error.h"

#define VKC_GLOBAL_FUNCTIONS(F) \
	F(CreateInstance) \
	F(EnumerateInstanceExtensionProperties) \
	F(EnumerateInstanceVersion)

/* Destroy functions come first, so that they are available if loading a later function fails. */
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

/* The loader's global functions and the functions of an instance. */
struct vulkan_api {
	void *library; /* handle from dlopen() */
	PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
	VKC_GLOBAL_FUNCTIONS(VKC_DECLARE_FUNCTION)
	VKC_INSTANCE_FUNCTIONS(VKC_DECLARE_FUNCTION)
	/* From VK_EXT_debug_utils; NULL unless validation is enabled. */
	PFN_vkCreateDebugUtilsMessengerEXT CreateDebugUtilsMessengerEXT;
	PFN_vkDestroyDebugUtilsMessengerEXT DestroyDebugUtilsMessengerEXT;
	/* From VK_NV_cooperative_matrix; NULL if no driver supports it. */
	PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesNV
		GetPhysicalDeviceCooperativeMatrixPropertiesNV;
};

/* The functions of one device, which bypass the loader's dispatch and may differ between
 * devices. */
struct vulkan_device_functions {
	VKC_DEVICE_FUNCTIONS(VKC_DECLARE_FUNCTION)
};

/* Opens the loader and loads the global functions. */
VkcResult loader_open(struct vulkan_api *api, struct error *error);
VkcResult loader_load_instance(struct vulkan_api *api, VkInstance instance,
                               struct error *error);
VkcResult loader_load_device(const struct vulkan_api *api, VkDevice device,
                             struct vulkan_device_functions *functions, struct error *error);
/* Keeps drivers that cannot be loaded repeatedly in the process. Call this while an instance
 * exists. */
void loader_pin_drivers(void);
void loader_close(struct vulkan_api *api);

#endif
