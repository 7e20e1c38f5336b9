/* SPDX-License-Identifier: MIT
 *
 * Queues, waiting, and the commands recorded into command buffers.
 */
#include "layer.h"

VKAPI_ATTR void VKAPI_CALL layer_GetDeviceQueue(VkDevice device, uint32_t family, uint32_t index,
                                                VkQueue *queue)
{
	struct layer_device *dev = layer_device_of(device);

	NEXT(dev, GetDeviceQueue)
	(device, dev->instance->limits.second_family ? 0 : family, index, queue);
}

VKAPI_ATTR void VKAPI_CALL layer_GetDeviceQueue2(VkDevice device, const VkDeviceQueueInfo2 *info,
                                                 VkQueue *queue)
{
	struct layer_device *dev = layer_device_of(device);
	VkDeviceQueueInfo2 below = *info;

	if (dev->instance->limits.second_family)
		below.queueFamilyIndex = 0;
	NEXT(dev, GetDeviceQueue2)
	(device, &below, queue);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_ResetFences(VkDevice device, uint32_t count,
                                                 const VkFence *fences)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_ResetFences, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, ResetFences)(device, count, fences);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_GetFenceStatus(VkDevice device, VkFence fence)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_GetFenceStatus, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, GetFenceStatus)(device, fence);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_WaitForFences(VkDevice device, uint32_t count,
                                                   const VkFence *fences, VkBool32 all,
                                                   uint64_t timeout)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_WaitForFences, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, WaitForFences)(device, count, fences, all, timeout);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_WaitSemaphores(VkDevice device,
                                                    const VkSemaphoreWaitInfo *info,
                                                    uint64_t timeout)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_WaitSemaphores, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, WaitSemaphores)(device, info, timeout);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_GetSemaphoreCounterValue(VkDevice device,
                                                              VkSemaphore semaphore,
                                                              uint64_t *value)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_GetSemaphoreCounterValue, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, GetSemaphoreCounterValue)(device, semaphore, value);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_GetQueryPoolResults(VkDevice device, VkQueryPool pool,
                                                         uint32_t first, uint32_t count,
                                                         size_t size, void *data,
                                                         VkDeviceSize stride,
                                                         VkQueryResultFlags flags)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_GetQueryPoolResults, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, GetQueryPoolResults)(device, pool, first, count, size, data, stride,
	                                      flags);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_ResetCommandPool(VkDevice device, VkCommandPool pool,
                                                      VkCommandPoolResetFlags flags)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_ResetCommandPool, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, ResetCommandPool)(device, pool, flags);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_AllocateCommandBuffers(VkDevice device,
                                                            const VkCommandBufferAllocateInfo *info,
                                                            VkCommandBuffer *buffers)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_AllocateCommandBuffers, dev);

	for (uint32_t i = 0; i < info->commandBufferCount; i++)
		buffers[i] = VK_NULL_HANDLE;
	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, AllocateCommandBuffers)(device, info, buffers);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_BeginCommandBuffer(VkCommandBuffer buffer,
                                                        const VkCommandBufferBeginInfo *info)
{
	struct layer_device *dev = layer_device_of(buffer);
	VkResult result = layer_fault(CALL_BeginCommandBuffer, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, BeginCommandBuffer)(buffer, info);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_EndCommandBuffer(VkCommandBuffer buffer)
{
	struct layer_device *dev = layer_device_of(buffer);
	VkResult result = layer_fault(CALL_EndCommandBuffer, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, EndCommandBuffer)(buffer);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_ResetCommandBuffer(VkCommandBuffer buffer,
                                                        VkCommandBufferResetFlags flags)
{
	struct layer_device *dev = layer_device_of(buffer);
	VkResult result = layer_fault(CALL_ResetCommandBuffer, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, ResetCommandBuffer)(buffer, flags);
}

static void check_groups(const struct layer_device *dev, uint32_t x, uint32_t y, uint32_t z)
{
	const uint32_t *most = dev->reported.maxComputeWorkGroupCount;

	if (x > most[0] || y > most[1] || z > most[2])
		layer_violation("vkCmdDispatch asks for %u x %u x %u workgroups of %u x %u x %u", x,
		                y, z, most[0], most[1], most[2]);
	if (x == 0 || y == 0 || z == 0)
		layer_violation("vkCmdDispatch asks for no workgroup");
}

VKAPI_ATTR void VKAPI_CALL layer_CmdDispatch(VkCommandBuffer buffer, uint32_t x, uint32_t y,
                                             uint32_t z)
{
	struct layer_device *dev = layer_device_of(buffer);

	check_groups(dev, x, y, z);
	NEXT(dev, CmdDispatch)
	(buffer, x, y, z);
}

VKAPI_ATTR void VKAPI_CALL layer_CmdDispatchBase(VkCommandBuffer buffer, uint32_t base_x,
                                                 uint32_t base_y, uint32_t base_z, uint32_t x,
                                                 uint32_t y, uint32_t z)
{
	struct layer_device *dev = layer_device_of(buffer);

	check_groups(dev, base_x + x, base_y + y, base_z + z);
	NEXT(dev, CmdDispatchBase)
	(buffer, base_x, base_y, base_z, x, y, z);
}

VKAPI_ATTR void VKAPI_CALL layer_CmdWriteTimestamp(VkCommandBuffer buffer,
                                                   VkPipelineStageFlagBits stage, VkQueryPool pool,
                                                   uint32_t query)
{
	struct layer_device *dev = layer_device_of(buffer);

	if (dev->instance->limits.no_timestamps)
		layer_violation("vkCmdWriteTimestamp is called on a queue without timestamps");
	NEXT(dev, CmdWriteTimestamp)
	(buffer, stage, pool, query);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_QueueSubmit(VkQueue queue, uint32_t count,
                                                 const VkSubmitInfo *submits, VkFence fence)
{
	struct layer_device *dev = layer_device_of(queue);
	VkResult result = layer_fault(CALL_QueueSubmit, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, QueueSubmit)(queue, count, submits, fence);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_QueueSubmit2(VkQueue queue, uint32_t count,
                                                  const VkSubmitInfo2 *submits, VkFence fence)
{
	struct layer_device *dev = layer_device_of(queue);
	VkResult result = layer_fault(CALL_QueueSubmit2, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, QueueSubmit2)(queue, count, submits, fence);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_QueueWaitIdle(VkQueue queue)
{
	struct layer_device *dev = layer_device_of(queue);
	VkResult result = layer_fault(CALL_QueueWaitIdle, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, QueueWaitIdle)(queue);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_DeviceWaitIdle(VkDevice device)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_DeviceWaitIdle, dev);

	return result != VK_SUCCESS ? result : NEXT(dev, DeviceWaitIdle)(device);
}
