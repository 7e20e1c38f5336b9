/* SPDX-License-Identifier: MIT
 *
 * The Vulkan commands that the layer intercepts, each with the faults that the specification allows
 * for it (its section "Return Codes").
 */
#ifndef VKC_TEST_CALLS_H
#define VKC_TEST_CALLS_H

#include "vkc_test_layer.h"

#define F_HOST (1u << VKC_TEST_OUT_OF_HOST_MEMORY)
#define F_DEVICE (1u << VKC_TEST_OUT_OF_DEVICE_MEMORY)
#define F_LOST (1u << VKC_TEST_DEVICE_LOST)
#define F_INIT (1u << VKC_TEST_INITIALIZATION_FAILED)
#define F_TIMEOUT (1u << VKC_TEST_TIMEOUT)
#define F_OTHER (1u << VKC_TEST_OTHER)
#define F_MEMORY (F_HOST | F_DEVICE | F_OTHER)
#define F_QUEUE (F_MEMORY | F_LOST)

/* X(name without vk, faults) */
#define LAYER_INSTANCE_CALLS(X) \
	X(CreateInstance, F_MEMORY | F_INIT) \
	X(DestroyInstance, 0) \
	X(EnumeratePhysicalDevices, F_MEMORY | F_INIT) \
	X(EnumeratePhysicalDeviceGroups, F_MEMORY | F_INIT) \
	X(EnumerateDeviceExtensionProperties, F_MEMORY) \
	X(GetPhysicalDeviceFormatProperties, 0) \
	X(GetPhysicalDeviceProperties, 0) \
	X(GetPhysicalDeviceProperties2, 0) \
	X(GetPhysicalDeviceFeatures, 0) \
	X(GetPhysicalDeviceFeatures2, 0) \
	X(GetPhysicalDeviceMemoryProperties, 0) \
	X(GetPhysicalDeviceMemoryProperties2, 0) \
	X(GetPhysicalDeviceQueueFamilyProperties, 0) \
	X(GetPhysicalDeviceQueueFamilyProperties2, 0) \
	X(CreateDebugUtilsMessengerEXT, F_HOST) \
	X(DestroyDebugUtilsMessengerEXT, 0) \
	X(CreateDevice, F_MEMORY | F_INIT | F_LOST)

#define LAYER_DEVICE_CALLS(X) \
	X(DestroyDevice, 0) \
	X(GetDeviceQueue, 0) \
	X(GetDeviceQueue2, 0) \
	X(AllocateMemory, F_MEMORY) \
	X(FreeMemory, 0) \
	X(MapMemory, F_MEMORY) \
	X(UnmapMemory, 0) \
	X(FlushMappedMemoryRanges, F_MEMORY) \
	X(InvalidateMappedMemoryRanges, F_MEMORY) \
	X(GetBufferMemoryRequirements, 0) \
	X(GetBufferMemoryRequirements2, 0) \
	X(BindBufferMemory, F_MEMORY) \
	X(BindBufferMemory2, F_MEMORY) \
	X(CreateBuffer, F_MEMORY) \
	X(DestroyBuffer, 0) \
	X(CreateBufferView, F_MEMORY) \
	X(DestroyBufferView, 0) \
	X(CreateShaderModule, F_MEMORY) \
	X(DestroyShaderModule, 0) \
	X(CreatePipelineCache, F_MEMORY) \
	X(DestroyPipelineCache, 0) \
	X(GetPipelineCacheData, F_MEMORY) \
	X(CreateComputePipelines, F_MEMORY) \
	X(DestroyPipeline, 0) \
	X(CreatePipelineLayout, F_MEMORY) \
	X(DestroyPipelineLayout, 0) \
	X(CreateDescriptorSetLayout, F_MEMORY) \
	X(DestroyDescriptorSetLayout, 0) \
	X(CreateDescriptorPool, F_MEMORY) \
	X(DestroyDescriptorPool, 0) \
	X(AllocateDescriptorSets, F_MEMORY) \
	X(ResetDescriptorPool, F_OTHER) \
	X(UpdateDescriptorSets, 0) \
	X(CreateFence, F_MEMORY) \
	X(DestroyFence, 0) \
	X(ResetFences, F_DEVICE | F_OTHER) \
	X(GetFenceStatus, F_QUEUE | F_TIMEOUT) \
	X(WaitForFences, F_QUEUE | F_TIMEOUT) \
	X(CreateSemaphore, F_MEMORY) \
	X(DestroySemaphore, 0) \
	X(WaitSemaphores, F_QUEUE | F_TIMEOUT) \
	X(GetSemaphoreCounterValue, F_QUEUE) \
	X(CreateEvent, F_MEMORY) \
	X(DestroyEvent, 0) \
	X(CreateQueryPool, F_MEMORY) \
	X(DestroyQueryPool, 0) \
	X(GetQueryPoolResults, F_QUEUE | F_TIMEOUT) \
	X(CreateCommandPool, F_MEMORY) \
	X(DestroyCommandPool, 0) \
	X(ResetCommandPool, F_DEVICE | F_OTHER) \
	X(AllocateCommandBuffers, F_MEMORY) \
	X(BeginCommandBuffer, F_MEMORY) \
	X(EndCommandBuffer, F_MEMORY) \
	X(ResetCommandBuffer, F_DEVICE | F_OTHER) \
	X(CmdDispatch, 0) \
	X(CmdDispatchBase, 0) \
	X(CmdWriteTimestamp, 0) \
	X(QueueSubmit, F_QUEUE) \
	X(QueueSubmit2, F_QUEUE) \
	X(QueueWaitIdle, F_QUEUE) \
	X(DeviceWaitIdle, F_QUEUE)

#define LAYER_CALL_NUMBER(name, faults) CALL_##name,
enum layer_call {
	LAYER_INSTANCE_CALLS(LAYER_CALL_NUMBER)
	LAYER_DEVICE_CALLS(LAYER_CALL_NUMBER) CALL_COUNT
};
#undef LAYER_CALL_NUMBER

#endif
