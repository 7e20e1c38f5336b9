/* SPDX-License-Identifier: MIT
 *
 * Device memory. All simulated memory types use one real type. Memory that is reported as
 * non-coherent behaves so: the application sees a shadow copy, and only flush and invalidate
 * transfer bytes.
 */
#include "layer.h"

#include <stdlib.h>
#include <string.h>

static struct layer_memory *find_memory(struct layer_device *dev, VkDeviceMemory handle)
{
	struct layer_memory *memory = dev->memories;

	while (memory && memory->handle != handle)
		memory = memory->next_memory;
	return memory;
}

static void *poison(void)
{
	return (void *)(uintptr_t)POISON_VALUE;
}

/* Checks an allocation against what the device reports; returns false if the heap is full. */
static bool admit(struct layer_device *dev, const VkMemoryAllocateInfo *info,
                  struct layer_memory *memory)
{
	const VkPhysicalDeviceMemoryProperties *offered = &dev->memory_properties;
	uint64_t limit = dev->instance->limits.heap;
	const VkMemoryType *type;
	bool fits = true;

	if (info->memoryTypeIndex >= offered->memoryTypeCount) {
		layer_violation("vkAllocateMemory asks for memory type %u of %u",
		                info->memoryTypeIndex, offered->memoryTypeCount);
		return false;
	}
	type = &offered->memoryTypes[info->memoryTypeIndex];
	if (dev->allocation_size_limit && info->allocationSize > dev->allocation_size_limit)
		layer_violation("vkAllocateMemory asks for %llu bytes at once",
		                (unsigned long long)info->allocationSize);
	memory->size = info->allocationSize;
	memory->host_visible = type->propertyFlags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
	memory->shadowed = memory->host_visible && dev->instance->limits.noncoherent;
	memory->shadowed |= memory->host_visible && dev->instance->limits.split_memory &&
	                    !(type->propertyFlags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
	memory->on_limited_heap = limit && (offered->memoryHeaps[type->heapIndex].flags &
	                                    VK_MEMORY_HEAP_DEVICE_LOCAL_BIT);
	pthread_mutex_lock(&dev->mutex);
	if (memory->on_limited_heap && dev->heap_used + memory->size > limit)
		fits = false;
	else if (memory->on_limited_heap)
		dev->heap_used += memory->size;
	if (fits && ++dev->num_allocations > dev->reported.maxMemoryAllocationCount)
		layer_violation("vkAllocateMemory makes allocation number %llu",
		                (unsigned long long)dev->num_allocations);
	pthread_mutex_unlock(&dev->mutex);
	return fits;
}

/* The number of bytes after each mappable allocation that must not be written. */
#define GUARD_BYTES 4096
#define GUARD_VALUE 0x5A

/* Maps the guard of an allocation for a moment; NULL if the memory cannot be mapped. */
static unsigned char *map_guard(struct layer_device *dev, const struct layer_memory *memory)
{
	void *data;

	if (!memory->guarded)
		return NULL;
	if (NEXT(dev, MapMemory)(dev->handle, memory->handle, 0, VK_WHOLE_SIZE, 0, &data) !=
	    VK_SUCCESS)
		return NULL;
	return (unsigned char *)data + memory->size;
}

/* A guard is only possible if nothing but mapping depends on the size, and the memory of the driver
 * is coherent. */
static bool guard_possible(const struct layer_device *dev, const VkMemoryAllocateInfo *info)
{
	const VkMemoryPropertyFlags coherent =
		VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	const VkMemoryType *type = &dev->memory_properties.memoryTypes[info->memoryTypeIndex];

	if (info->pNext)
		return false;
	return layer_limits_fake_memory(&dev->instance->limits) ||
	       (type->propertyFlags & coherent) == coherent;
}

static void set_guard(struct layer_device *dev, const struct layer_memory *memory)
{
	unsigned char *guard = map_guard(dev, memory);

	if (!guard)
		return;
	memset(guard, GUARD_VALUE, GUARD_BYTES);
	NEXT(dev, UnmapMemory)
	(dev->handle, memory->handle);
}

static void check_guard(struct layer_device *dev, const struct layer_memory *memory)
{
	unsigned char *guard;
	size_t at = 0;

	if (memory->guarded && memory->mapped)
		NEXT(dev, UnmapMemory)
	(dev->handle, memory->handle);
	guard = map_guard(dev, memory);
	if (!guard)
		return;
	while (at < GUARD_BYTES && guard[at] == GUARD_VALUE)
		at++;
	if (at < GUARD_BYTES)
		layer_violation("byte %zu behind an allocation of %llu bytes was written", at,
		                (unsigned long long)memory->size);
	NEXT(dev, UnmapMemory)
	(dev->handle, memory->handle);
}

static void release(struct layer_device *dev, struct layer_memory *memory)
{
	pthread_mutex_lock(&dev->mutex);
	if (memory->on_limited_heap)
		dev->heap_used -= memory->size;
	dev->num_allocations--;
	pthread_mutex_unlock(&dev->mutex);
	free(memory->shadow);
	free(memory);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_AllocateMemory(VkDevice device,
                                                    const VkMemoryAllocateInfo *info,
                                                    const VkAllocationCallbacks *allocator,
                                                    VkDeviceMemory *out)
{
	struct layer_device *dev = layer_device_of(device);
	VkMemoryAllocateInfo below = *info;
	struct layer_memory *memory;
	VkResult result = layer_fault(CALL_AllocateMemory, dev);

	*out = (VkDeviceMemory)poison();
	if (result != VK_SUCCESS)
		return result;
	memory = calloc(1, sizeof(*memory));
	if (!memory)
		abort();
	if (!admit(dev, info, memory)) {
		free(memory);
		return VK_ERROR_OUT_OF_DEVICE_MEMORY;
	}
	memory->guarded = guard_possible(dev, info);
	if (memory->guarded)
		below.allocationSize += GUARD_BYTES;
	if (layer_limits_fake_memory(&dev->instance->limits))
		below.memoryTypeIndex = dev->real_memory_type;
	result = NEXT(dev, AllocateMemory)(device, &below, allocator, out);
	if (result != VK_SUCCESS) {
		release(dev, memory);
		*out = (VkDeviceMemory)poison();
		return result;
	}
	memory->handle = *out;
	set_guard(dev, memory);
	pthread_mutex_lock(&dev->mutex);
	memory->next_memory = dev->memories;
	dev->memories = memory;
	pthread_mutex_unlock(&dev->mutex);
	layer_created(dev, OBJECT_MEMORY);
	return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL layer_FreeMemory(VkDevice device, VkDeviceMemory handle,
                                            const VkAllocationCallbacks *allocator)
{
	struct layer_device *dev = layer_device_of(device);
	struct layer_memory **place = &dev->memories;
	struct layer_memory *memory;

	if (!handle || layer_is_poison((uint64_t)handle, CALL_FreeMemory))
		return;
	pthread_mutex_lock(&dev->mutex);
	while (*place && (*place)->handle != handle)
		place = &(*place)->next_memory;
	memory = *place;
	if (memory)
		*place = memory->next_memory;
	pthread_mutex_unlock(&dev->mutex);
	if (!memory) {
		layer_violation("vkFreeMemory is given memory that the device does not know");
		return;
	}
	check_guard(dev, memory);
	release(dev, memory);
	layer_destroyed(dev, OBJECT_MEMORY);
	NEXT(dev, FreeMemory)
	(device, handle, allocator);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_MapMemory(VkDevice device, VkDeviceMemory handle,
                                               VkDeviceSize offset, VkDeviceSize size,
                                               VkMemoryMapFlags flags, void **data)
{
	struct layer_device *dev = layer_device_of(device);
	struct layer_memory *memory;
	VkResult result = layer_fault(CALL_MapMemory, dev);

	*data = poison();
	if (result != VK_SUCCESS)
		return result;
	pthread_mutex_lock(&dev->mutex);
	memory = find_memory(dev, handle);
	pthread_mutex_unlock(&dev->mutex);
	if (!memory || !memory->host_visible) {
		layer_violation("vkMapMemory is given memory that the host cannot see");
		return VK_ERROR_MEMORY_MAP_FAILED;
	}
	result = NEXT(dev, MapMemory)(device, handle, offset, size, flags, data);
	memory->mapped = result == VK_SUCCESS;
	if (result != VK_SUCCESS || !memory->shadowed)
		return result;
	memory->map_offset = offset;
	memory->map_size = size == VK_WHOLE_SIZE ? memory->size - offset : size;
	memory->real = *data;
	memory->shadow = malloc(memory->map_size);
	if (!memory->shadow)
		abort();
	/* Before an invalidate, the contents that the host sees are undefined. */
	memset(memory->shadow, 0xA5, memory->map_size);
	*data = memory->shadow;
	return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL layer_UnmapMemory(VkDevice device, VkDeviceMemory handle)
{
	struct layer_device *dev = layer_device_of(device);
	struct layer_memory *memory;

	pthread_mutex_lock(&dev->mutex);
	memory = find_memory(dev, handle);
	if (memory) {
		free(memory->shadow);
		memory->shadow = memory->real = NULL;
		memory->mapped = false;
	}
	pthread_mutex_unlock(&dev->mutex);
	NEXT(dev, UnmapMemory)
	(device, handle);
}

/* Copies a range to the device (flush) or from it (invalidate). */
static void carry(struct layer_device *dev, const VkMappedMemoryRange *range, bool to_device)
{
	struct layer_memory *memory;
	VkDeviceSize begin, end;

	pthread_mutex_lock(&dev->mutex);
	memory = find_memory(dev, range->memory);
	pthread_mutex_unlock(&dev->mutex);
	if (!memory || !memory->shadow)
		return;
	begin = range->offset;
	end = range->size == VK_WHOLE_SIZE ? memory->map_offset + memory->map_size
	                                   : range->offset + range->size;
	if (begin < memory->map_offset || end > memory->map_offset + memory->map_size ||
	    begin % dev->reported.nonCoherentAtomSize ||
	    (end % dev->reported.nonCoherentAtomSize && end != memory->size)) {
		layer_violation("%s: bytes %llu to %llu are not mapped or not on bounds of %llu",
		                to_device ? "vkFlushMappedMemoryRanges"
		                          : "vkInvalidateMappedMemoryRanges",
		                (unsigned long long)begin, (unsigned long long)end,
		                (unsigned long long)dev->reported.nonCoherentAtomSize);
		return;
	}
	begin -= memory->map_offset;
	end -= memory->map_offset;
	if (to_device)
		memcpy(memory->real + begin, memory->shadow + begin, end - begin);
	else
		memcpy(memory->shadow + begin, memory->real + begin, end - begin);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_FlushMappedMemoryRanges(VkDevice device, uint32_t count,
                                                             const VkMappedMemoryRange *ranges)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_FlushMappedMemoryRanges, dev);

	if (result != VK_SUCCESS)
		return result;
	for (uint32_t i = 0; i < count; i++)
		carry(dev, &ranges[i], true);
	return NEXT(dev, FlushMappedMemoryRanges)(device, count, ranges);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_InvalidateMappedMemoryRanges(VkDevice device, uint32_t count,
                                                                  const VkMappedMemoryRange *ranges)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_InvalidateMappedMemoryRanges, dev);

	if (result != VK_SUCCESS)
		return result;
	result = NEXT(dev, InvalidateMappedMemoryRanges)(device, count, ranges);
	for (uint32_t i = 0; result == VK_SUCCESS && i < count; i++)
		carry(dev, &ranges[i], false);
	return result;
}

static void fake_type_bits(struct layer_device *dev, VkMemoryRequirements *requirements)
{
	if (layer_limits_fake_memory(&dev->instance->limits))
		requirements->memoryTypeBits =
			(1u << dev->memory_properties.memoryTypeCount) - 1;
}

VKAPI_ATTR void VKAPI_CALL layer_GetBufferMemoryRequirements(VkDevice device, VkBuffer buffer,
                                                             VkMemoryRequirements *requirements)
{
	struct layer_device *dev = layer_device_of(device);

	NEXT(dev, GetBufferMemoryRequirements)
	(device, buffer, requirements);
	fake_type_bits(dev, requirements);
}

VKAPI_ATTR void VKAPI_CALL layer_GetBufferMemoryRequirements2(
	VkDevice device, const VkBufferMemoryRequirementsInfo2 *info,
	VkMemoryRequirements2 *requirements)
{
	struct layer_device *dev = layer_device_of(device);

	NEXT(dev, GetBufferMemoryRequirements2)
	(device, info, requirements);
	fake_type_bits(dev, &requirements->memoryRequirements);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_BindBufferMemory(VkDevice device, VkBuffer buffer,
                                                      VkDeviceMemory memory, VkDeviceSize offset)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_BindBufferMemory, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, BindBufferMemory)(device, buffer, memory, offset);
}

VKAPI_ATTR VkResult VKAPI_CALL layer_BindBufferMemory2(VkDevice device, uint32_t count,
                                                       const VkBindBufferMemoryInfo *infos)
{
	struct layer_device *dev = layer_device_of(device);
	VkResult result = layer_fault(CALL_BindBufferMemory2, dev);

	if (result != VK_SUCCESS)
		return result;
	return NEXT(dev, BindBufferMemory2)(device, count, infos);
}
