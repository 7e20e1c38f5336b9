/* SPDX-License-Identifier: MIT
 *
 * The other objects: creation, counting, destruction. Most commands have the same shape, hence one
 * macro for each pair.
 */
#include "layer.h"

#include <stdlib.h>

/* Defines vkCreate<Name> and vkDestroy<Name>; check(dev, info) checks the arguments. */
#define LAYER_OBJECT(Name, Info, object, check) \
	VKAPI_ATTR VkResult VKAPI_CALL layer_Create##Name( \
		VkDevice device, const Info *info, const VkAllocationCallbacks *allocator, \
		Vk##Name *out) \
	{ \
		struct layer_device *dev = layer_device_of(device); \
		VkResult result = layer_fault(CALL_Create##Name, dev); \
\
		check(dev, info); \
		if (result == VK_SUCCESS) \
			result = NEXT(dev, Create##Name)(device, info, allocator, out); \
		if (result == VK_SUCCESS) \
			layer_created(dev, object); \
		else \
			*out = (Vk##Name)(uintptr_t)POISON_VALUE; \
		return result; \
	} \
\
	VKAPI_ATTR void VKAPI_CALL layer_Destroy##Name(VkDevice device, Vk##Name handle, \
	                                               const VkAllocationCallbacks *allocator) \
	{ \
		struct layer_device *dev = layer_device_of(device); \
\
		if (!handle || layer_is_poison((uint64_t)handle, CALL_Destroy##Name)) \
			return; \
		layer_destroyed(dev, object); \
		NEXT(dev, Destroy##Name) \
		(device, handle, allocator); \
	}

static void no_check(const struct layer_device *dev, const void *info)
{
	(void)dev;
	(void)info;
}

static void check_set_layout(const struct layer_device *dev,
                             const VkDescriptorSetLayoutCreateInfo *info)
{
	uint32_t buffers = 0;

	for (uint32_t i = 0; i < info->bindingCount; i++)
		if (info->pBindings[i].descriptorType == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER ||
		    info->pBindings[i].descriptorType == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC)
			buffers += info->pBindings[i].descriptorCount;
	if (buffers > dev->reported.maxPerStageDescriptorStorageBuffers)
		layer_violation("a descriptor set layout has %u storage buffers, the stage %u",
		                buffers, dev->reported.maxPerStageDescriptorStorageBuffers);
}

static void check_pipeline_layout(const struct layer_device *dev,
                                  const VkPipelineLayoutCreateInfo *info)
{
	for (uint32_t i = 0; i < info->pushConstantRangeCount; i++) {
		const VkPushConstantRange *range = &info->pPushConstantRanges[i];

		if (range->offset + range->size > dev->reported.maxPushConstantsSize)
			layer_violation("a pipeline layout has push constants up to byte %u of %u",
			                range->offset + range->size,
			                dev->reported.maxPushConstantsSize);
	}
	if (info->setLayoutCount > dev->reported.maxBoundDescriptorSets)
		layer_violation("a pipeline layout has %u descriptor sets of %u",
		                info->setLayoutCount, dev->reported.maxBoundDescriptorSets);
}

static void check_view(const struct layer_device *dev, const VkBufferViewCreateInfo *info)
{
	/* Every format that the library may use has elements of at most 16 bytes. */
	if (info->range != VK_WHOLE_SIZE && info->range / 16 > dev->reported.maxTexelBufferElements)
		layer_violation("a buffer view covers %llu bytes",
		                (unsigned long long)info->range);
}

LAYER_OBJECT(BufferView, VkBufferViewCreateInfo, OBJECT_BUFFER_VIEW, check_view)
LAYER_OBJECT(ShaderModule, VkShaderModuleCreateInfo, OBJECT_SHADER_MODULE, no_check)
LAYER_OBJECT(PipelineCache, VkPipelineCacheCreateInfo, OBJECT_PIPELINE_CACHE, no_check)
LAYER_OBJECT(PipelineLayout, VkPipelineLayoutCreateInfo, OBJECT_PIPELINE_LAYOUT,
             check_pipeline_layout)
LAYER_OBJECT(DescriptorSetLayout, VkDescriptorSetLayoutCreateInfo, OBJECT_DESCRIPTOR_SET_LAYOUT,
             check_set_layout)
LAYER_OBJECT(DescriptorPool, VkDescriptorPoolCreateInfo, OBJECT_DESCRIPTOR_POOL, no_check)
LAYER_OBJECT(Fence, VkFenceCreateInfo, OBJECT_FENCE, no_check)
LAYER_OBJECT(Semaphore, VkSemaphoreCreateInfo, OBJECT_SEMAPHORE, no_check)
LAYER_OBJECT(Event, VkEventCreateInfo, OBJECT_EVENT, no_check)
LAYER_OBJECT(QueryPool, VkQueryPoolCreateInfo, OBJECT_QUERY_POOL, no_check)

VKAPI_ATTR VkResult VKAPI_CALL layer_CreateCommandPool(VkDevice device,
                                                       const VkCommandPoolCreateInfo *info,
                                                       const VkAllocationCallbacks *allocator,
                                                       VkCommandPool *out)
{
	struct layer_device *dev = layer_device_of(device);
	VkCommandPoolCreateInfo below = *info;
	VkResult result = layer_fault(CALL_CreateCommandPool, dev);

	if (dev->instance->limits.second_family) {
		if (info->queueFamilyIndex != 1)
			layer_violation("a command pool is for queue family %u, which cannot compute",
			                info->queueFamilyIndex);
		below.queueFamilyIndex = 0;
	}
	if (result == VK_SUCCESS)
		result = NEXT(dev, CreateCommandPool)(device, &below, allocator, out);
	if (result == VK_SUCCESS)
		layer_created(dev, OBJECT_COMMAND_POOL);
	else
		*out = (VkCommandPool)(uintptr_t)POISON_VALUE;
	return result;
}

VKAPI_ATTR void VKAPI_CALL layer_DestroyCommandPool(VkDevice device, VkCommandPool handle,
                                                    const VkAllocationCallbacks *allocator)
{
	struct layer_device *dev = layer_device_of(device);

	if (!handle || layer_is_poison((uint64_t)handle, CALL_DestroyCommandPool))
		return;
	layer_destroyed(dev, OBJECT_COMMAND_POOL);
	NEXT(dev, DestroyCommandPool)
	(device, handle, allocator);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_CreateBuffer(VkDevice device, const VkBufferCreateInfo *info,
                                                  const VkAllocationCallbacks *allocator,
                                                  VkBuffer *out)
{
	struct layer_device *dev = layer_device_of(device);
	struct layer_buffer *buffer;
	VkResult result = layer_fault(CALL_CreateBuffer, dev);

	if (result == VK_SUCCESS)
		result = NEXT(dev, CreateBuffer)(device, info, allocator, out);
	if (result != VK_SUCCESS) {
		*out = (VkBuffer)(uintptr_t)POISON_VALUE;
		return result;
	}
	buffer = calloc(1, sizeof(*buffer));
	if (!buffer)
		abort();
	buffer->handle = *out;
	buffer->size = info->size;
	pthread_mutex_lock(&dev->mutex);
	buffer->next_buffer = dev->buffers;
	dev->buffers = buffer;
	pthread_mutex_unlock(&dev->mutex);
	layer_created(dev, OBJECT_BUFFER);
	return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL layer_DestroyBuffer(VkDevice device, VkBuffer handle,
                                               const VkAllocationCallbacks *allocator)
{
	struct layer_device *dev = layer_device_of(device);
	struct layer_buffer **place = &dev->buffers;
	struct layer_buffer *buffer;

	if (!handle || layer_is_poison((uint64_t)handle, CALL_DestroyBuffer))
		return;
	pthread_mutex_lock(&dev->mutex);
	while (*place && (*place)->handle != handle)
		place = &(*place)->next_buffer;
	buffer = *place;
	if (buffer)
		*place = buffer->next_buffer;
	pthread_mutex_unlock(&dev->mutex);
	if (!buffer) {
		layer_violation("vkDestroyBuffer is given a buffer that the device does not know");
		return;
	}
	free(buffer);
	layer_destroyed(dev, OBJECT_BUFFER);
	NEXT(dev, DestroyBuffer)
	(device, handle, allocator);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_GetPipelineCacheData(VkDevice device, VkPipelineCache cache,
                                                          size_t *size, void *data)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_GetPipelineCacheData, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, GetPipelineCacheData)(device, cache, size, data);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_CreateComputePipelines(
	VkDevice device, VkPipelineCache cache, uint32_t count,
	const VkComputePipelineCreateInfo *infos, const VkAllocationCallbacks *allocator,
	VkPipeline *out)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_CreateComputePipelines, dev);

	/* By the specification, an object that could not be created is VK_NULL_HANDLE. */
	for (uint32_t i = 0; i < count; i++)
		out[i] = VK_NULL_HANDLE;
	if (result != VK_SUCCESS)
		return result;
	result = NEXT(dev, CreateComputePipelines)(device, cache, count, infos, allocator, out);
	for (uint32_t i = 0; i < count; i++)
		if (out[i])
			layer_created(dev, OBJECT_PIPELINE);
	return result;
}

VKAPI_ATTR void VKAPI_CALL layer_DestroyPipeline(VkDevice device, VkPipeline handle,
                                                 const VkAllocationCallbacks *allocator)
{
	struct layer_device *dev = layer_device_of(device);

	if (!handle)
		return;
	layer_destroyed(dev, OBJECT_PIPELINE);
	NEXT(dev, DestroyPipeline)
	(device, handle, allocator);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_AllocateDescriptorSets(
	VkDevice device, const VkDescriptorSetAllocateInfo *info, VkDescriptorSet *sets)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_AllocateDescriptorSets, dev);

	for (uint32_t i = 0; i < info->descriptorSetCount; i++)
		sets[i] = VK_NULL_HANDLE;
	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, AllocateDescriptorSets)(device, info, sets);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_ResetDescriptorPool(VkDevice device, VkDescriptorPool pool,
                                                         VkDescriptorPoolResetFlags flags)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_ResetDescriptorPool, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, ResetDescriptorPool)(device, pool, flags);
}

static void check_range(struct layer_device *dev, const VkDescriptorBufferInfo *info)
{
	const struct layer_buffer *buffer;
	VkDeviceSize range = info->range;

	pthread_mutex_lock(&dev->mutex);
	for (buffer = dev->buffers; buffer && buffer->handle != info->buffer;)
		buffer = buffer->next_buffer;
	if (buffer && range == VK_WHOLE_SIZE)
		range = buffer->size - info->offset;
	if (!buffer || info->offset + range > buffer->size)
		layer_violation("a descriptor names a buffer that is not there or ends before it");
	pthread_mutex_unlock(&dev->mutex);
	if (range > dev->reported.maxStorageBufferRange)
		layer_violation("a descriptor covers %llu bytes of %u",
		                (unsigned long long)range, dev->reported.maxStorageBufferRange);
	if (info->offset % dev->reported.minStorageBufferOffsetAlignment)
		layer_violation("a descriptor begins at byte %llu, not a multiple of %llu",
		                (unsigned long long)info->offset,
		                (unsigned long long)dev->reported.minStorageBufferOffsetAlignment);
}

VKAPI_ATTR void VKAPI_CALL layer_UpdateDescriptorSets(VkDevice device, uint32_t num_writes,
                                                      const VkWriteDescriptorSet *writes,
                                                      uint32_t num_copies,
                                                      const VkCopyDescriptorSet *copies)
{
	struct layer_device *dev = layer_device_of(device);

	for (uint32_t i = 0; i < num_writes; i++)
		for (uint32_t j = 0; j < writes[i].descriptorCount; j++)
			if (writes[i].descriptorType == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER ||
			    writes[i].descriptorType == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC)
				check_range(dev, &writes[i].pBufferInfo[j]);
	NEXT(dev, UpdateDescriptorSets)
	(device, num_writes, writes, num_copies, copies);
}
