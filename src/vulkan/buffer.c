/* SPDX-License-Identifier: MIT */
#include "vulkan/buffer.h"

#include <inttypes.h>

static bool find_memory_type(const struct device *device, uint32_t allowed,
                             VkMemoryPropertyFlags flags, uint64_t size, uint32_t *type)
{
	for (uint32_t i = 0; i < device->memory.memoryTypeCount; i++) {
		const VkMemoryType *memory_type = &device->memory.memoryTypes[i];
		if ((allowed >> i & 1) && (memory_type->propertyFlags & flags) == flags &&
		    device->memory.memoryHeaps[memory_type->heapIndex].size >= size) {
			*type = i;
			return true;
		}
	}
	return false;
}

/* The best memory type for a use, from an ordered list of preferences. */
static bool choose_memory_type(const struct device *device, enum buffer_use use, uint32_t allowed,
                               uint64_t size, uint32_t *type)
{
	const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
	const VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
	const VkMemoryPropertyFlags cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
	const VkMemoryPropertyFlags coherent = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	if (use == BUFFER_STAGING)
		return find_memory_type(device, allowed, visible | cached | coherent, size, type) ||
		       find_memory_type(device, allowed, visible | cached, size, type) ||
		       find_memory_type(device, allowed, visible, size, type);
	if (device->limits.direct &&
	    find_memory_type(device, allowed, local | visible | cached, size, type))
		return true;
	return find_memory_type(device, allowed, local, size, type) ||
	       find_memory_type(device, allowed, 0, size, type);
}

static bool is_within_limit(const struct device *device, uint64_t size)
{
	return size <= device->memory_limit && device->memory_used <= device->memory_limit - size;
}

static bool reclaim(struct device *device, uint64_t bytes)
{
	return device->reclaim && device->reclaim(device->reclaim_user, bytes);
}

/* Checks that `size` bytes fit within the limit, evicting caches if necessary. */
static VkcResult check_limit(struct device *device, uint64_t size, const char *what)
{
	if (is_within_limit(device, size) || reclaim(device, size))
		return VKC_SUCCESS;
	return error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
	                 "%s needs %" PRIu64 " bytes of device memory, but %" PRIu64
	                 " of the allowed %" PRIu64 " are in use: raise the memory "
	                 "limit (VKC_MEMORY_LIMIT) or upload less.",
	                 what, size, device->memory_used, device->memory_limit);
}

static VkcResult allocate(struct device *device, enum buffer_use use, const char *what,
                          struct buffer *buffer)
{
	VkcResult result;
	VkMemoryRequirements requirements;
	device->vk.GetBufferMemoryRequirements(device->handle, buffer->handle, &requirements);
	TRY(check_limit(device, requirements.size, what));
	uint32_t type;
	if (!choose_memory_type(device, use, requirements.memoryTypeBits, requirements.size, &type))
		return error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                 "%s needs %" PRIu64 " bytes of device memory, but the device has no "
		                 "memory of that kind and size: upload less, or choose another device "
		                 "(VKC_DEVICE).",
		                 what, (uint64_t)requirements.size);
	VkMemoryAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.allocationSize = requirements.size,
		.memoryTypeIndex = type,
	};
	VkResult status = device->vk.AllocateMemory(device->handle, &info, NULL, &buffer->memory);
	if ((status == VK_ERROR_OUT_OF_DEVICE_MEMORY || status == VK_ERROR_TOO_MANY_OBJECTS) &&
	    reclaim(device, RECLAIM_ALL))
		status = device->vk.AllocateMemory(device->handle, &info, NULL, &buffer->memory);
	if (status != VK_SUCCESS)
		buffer->memory = VK_NULL_HANDLE;
	TRY(device_check(device, status, "vkAllocateMemory"));
	buffer->allocated = requirements.size;
	device->memory_used += requirements.size;
	VK(device, BindBufferMemory(device->handle, buffer->handle, buffer->memory, 0));

	VkMemoryPropertyFlags flags = device->memory.memoryTypes[type].propertyFlags;
	buffer->coherent = flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	bool map = use == BUFFER_STAGING ||
	           (device->limits.direct && (flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) &&
	            (flags & VK_MEMORY_PROPERTY_HOST_CACHED_BIT));
	if (map)
		VK(device, MapMemory(device->handle, buffer->memory, 0, VK_WHOLE_SIZE, 0,
		                     &buffer->mapped));
	return VKC_SUCCESS;
error:
	return result;
}

VkcResult buffer_create(struct device *device, enum buffer_use use, bool texel, uint64_t size,
                        const char *what, struct buffer *buffer)
{
	VkcResult result;
	*buffer = (struct buffer){.size = size};
	VkBufferCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = size,
		.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
	};
	if (use == BUFFER_DEVICE)
		info.usage |= VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT;
	if (texel)
		info.usage |= VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT;
	VK_CREATE(device, buffer->handle, CreateBuffer(device->handle, &info, NULL, &buffer->handle));
	TRY(allocate(device, use, what, buffer));
	if (texel) {
		VkBufferViewCreateInfo view = {
			.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
			.buffer = buffer->handle,
			.format = VK_FORMAT_R32G32B32A32_SINT,
			.range = size,
		};
		VK_CREATE(device, buffer->view,
		          CreateBufferView(device->handle, &view, NULL, &buffer->view));
	}
	return VKC_SUCCESS;
error:
	buffer_destroy(device, buffer);
	return result;
}

void buffer_destroy(struct device *device, struct buffer *buffer)
{
	const struct vulkan_device_functions *vk = &device->vk;
	if (device->abandoned) {
		*buffer = (struct buffer){0};
		return;
	}
	if (buffer->view)
		vk->DestroyBufferView(device->handle, buffer->view, NULL);
	if (buffer->handle)
		vk->DestroyBuffer(device->handle, buffer->handle, NULL);
	if (buffer->memory)
		vk->FreeMemory(device->handle, buffer->memory, NULL); /* also unmaps it */
	device->memory_used -= buffer->allocated;
	*buffer = (struct buffer){0};
}

/* Widens the range to multiples of nonCoherentAtomSize, as vkFlushMappedMemoryRanges() requires. */
static VkMappedMemoryRange whole_atoms(const struct device *device, const struct buffer *buffer,
                                       uint64_t offset, uint64_t size)
{
	uint64_t atom = device->limits.atom;
	uint64_t first = offset / atom * atom;
	uint64_t end = (offset + size + atom - 1) / atom * atom;
	return (VkMappedMemoryRange){
		.sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
		.memory = buffer->memory,
		.offset = first,
		.size = end >= buffer->allocated ? VK_WHOLE_SIZE : end - first,
	};
}

VkcResult buffer_flush(struct device *device, const struct buffer *buffer, uint64_t offset,
                       uint64_t size)
{
	VkcResult result = VKC_SUCCESS;
	if (!buffer->coherent && size) {
		VkMappedMemoryRange range = whole_atoms(device, buffer, offset, size);
		VK(device, FlushMappedMemoryRanges(device->handle, 1, &range));
	}
error:
	return result;
}

VkcResult buffer_invalidate(struct device *device, const struct buffer *buffer, uint64_t offset,
                            uint64_t size)
{
	VkcResult result = VKC_SUCCESS;
	if (!buffer->coherent && size) {
		VkMappedMemoryRange range = whole_atoms(device, buffer, offset, size);
		VK(device, InvalidateMappedMemoryRanges(device->handle, 1, &range));
	}
error:
	return result;
}
