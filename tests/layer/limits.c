/* SPDX-License-Identifier: MIT
 *
 * What the device appears to offer. VKC_TEST_LIMITS is a list such as "all", "storage_range=65536"
 * or "all,split_memory,heap": names from the table below, each with the value in the table or with
 * an explicit one. "all" stands for the smallest device that Vulkan 1.1 allows.
 */
#include "layer.h"

#include <stdlib.h>
#include <string.h>

struct limit_name {
	const char *name;
	size_t offset;
	uint64_t value; /* the smallest that Vulkan 1.1 allows, or 1 = on */
	bool in_all;
};

#define LIMIT(name, value, in_all) \
	{ \
#name, offsetof(struct layer_limits, name), value, in_all \
	}

static const struct limit_name limit_names[] = {
	LIMIT(invocations, 128, true), /* and groups of at most 128 x 128 x 64 */
	LIMIT(shared_memory, 16384, true),
	LIMIT(storage_buffers, 4, true),
	LIMIT(push_constants, 128, true),
	LIMIT(storage_range, 1u << 27, true),
	LIMIT(texel_elements, 65536, true),
	LIMIT(offset_alignment, 256, true),
	LIMIT(atom_size, 256, true),
	LIMIT(allocation_size, 1u << 30, true),
	LIMIT(allocation_count, 4096, true),
	LIMIT(group_count, 65535, true),
	LIMIT(no_int64, 1, true),
	LIMIT(no_float64, 1, true),
	LIMIT(no_int16, 1, true),
	LIMIT(no_int8, 1, true),
	LIMIT(no_features, 1, true), /* no optional feature at all */
	LIMIT(no_timestamps, 1, true),
	LIMIT(api_1_1, 1, true),
	LIMIT(no_extensions, 1, true),
	LIMIT(one_memory_type, 1, false), /* device-local, mappable, coherent */
	LIMIT(noncoherent, 1, false),     /* mappable memory needs flush and invalidate */
	LIMIT(split_memory, 1, false),    /* device-local memory cannot be mapped */
	LIMIT(heap, 100u << 20, false),   /* bytes of device memory */
	LIMIT(compute_queue, 1, false),   /* family 0: VK_QUEUE_COMPUTE_BIT alone */
	LIMIT(second_family, 1, false),   /* family 0 only transfers, family 1 computes */
	LIMIT(devices, 2, false),         /* the first device again under other names */
	LIMIT(discrete, 1, false),        /* claims to be a discrete GPU */
};

#define NUM_LIMITS (sizeof(limit_names) / sizeof(limit_names[0]))

static uint64_t *limit_field(struct layer_limits *limits, const struct limit_name *name)
{
	return (uint64_t *)((char *)limits + name->offset);
}

static int parse_one(const char *word, size_t length, struct layer_limits *limits)
{
	const char *equals = memchr(word, '=', length);
	size_t name_length = equals ? (size_t)(equals - word) : length;

	for (size_t i = 0; i < NUM_LIMITS; i++) {
		const struct limit_name *name = &limit_names[i];

		if (strlen(name->name) != name_length || memcmp(name->name, word, name_length) != 0)
			continue;
		*limit_field(limits, name) =
			equals ? strtoull(equals + 1, NULL, 0) : name->value;
		return 0;
	}
	return -1;
}

int layer_limits_parse(const char *text, struct layer_limits *limits)
{
	memset(limits, 0, sizeof(*limits));
	while (*text) {
		size_t length = strcspn(text, ",");

		if (length == 3 && memcmp(text, "all", 3) == 0) {
			for (size_t i = 0; i < NUM_LIMITS; i++)
				if (limit_names[i].in_all)
					*limit_field(limits, &limit_names[i]) =
						limit_names[i].value;
		} else if (length && parse_one(text, length, limits) != 0) {
			return -1;
		}
		text += length;
		text += *text == ',';
	}
	return 0;
}

static pthread_mutex_t limits_mutex = PTHREAD_MUTEX_INITIALIZER;
static bool limits_known;
static struct layer_limits limits_now;

struct layer_limits layer_limits_current(void)
{
	struct layer_limits limits;
	const char *text = getenv("VKC_TEST_LIMITS");

	pthread_mutex_lock(&limits_mutex);
	if (!limits_known) {
		limits_known = true;
		if (text && layer_limits_parse(text, &limits_now) != 0)
			layer_violation("VKC_TEST_LIMITS=%s has an unknown name", text);
	}
	limits = limits_now;
	pthread_mutex_unlock(&limits_mutex);
	return limits;
}

int layer_limits_set(const char *text)
{
	struct layer_limits limits;

	if (layer_limits_parse(text, &limits) != 0)
		return -1;
	pthread_mutex_lock(&limits_mutex);
	limits_known = true;
	limits_now = limits;
	pthread_mutex_unlock(&limits_mutex);
	return 0;
}

static void at_most_u32(uint32_t *value, uint64_t limit)
{
	if (limit && *value > limit)
		*value = (uint32_t)limit;
}

static void at_most_u64(VkDeviceSize *value, uint64_t limit)
{
	if (limit && *value > limit)
		*value = limit;
}

static void at_least(VkDeviceSize *value, uint64_t limit)
{
	if (*value < limit)
		*value = limit;
}

void layer_limit_properties(const struct layer_limits *limits, VkPhysicalDeviceProperties *p)
{
	VkPhysicalDeviceLimits *l = &p->limits;

	if (limits->api_1_1 && p->apiVersion > VK_API_VERSION_1_1)
		p->apiVersion = VK_API_VERSION_1_1;
	if (limits->discrete)
		p->deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
	at_most_u32(&l->maxComputeWorkGroupInvocations, limits->invocations);
	if (limits->invocations) {
		at_most_u32(&l->maxComputeWorkGroupSize[0], 128);
		at_most_u32(&l->maxComputeWorkGroupSize[1], 128);
		at_most_u32(&l->maxComputeWorkGroupSize[2], 64);
	}
	for (int axis = 0; axis < 3; axis++)
		at_most_u32(&l->maxComputeWorkGroupCount[axis], limits->group_count);
	at_most_u32(&l->maxComputeSharedMemorySize, limits->shared_memory);
	at_most_u32(&l->maxPerStageDescriptorStorageBuffers, limits->storage_buffers);
	at_most_u32(&l->maxDescriptorSetStorageBuffers, limits->storage_buffers * 6);
	at_most_u32(&l->maxPushConstantsSize, limits->push_constants);
	at_most_u32(&l->maxStorageBufferRange, limits->storage_range);
	at_most_u32(&l->maxTexelBufferElements, limits->texel_elements);
	at_most_u32(&l->maxMemoryAllocationCount, limits->allocation_count);
	at_least(&l->minStorageBufferOffsetAlignment, limits->offset_alignment);
	at_least(&l->nonCoherentAtomSize, limits->atom_size);
	if (limits->no_timestamps)
		l->timestampComputeAndGraphics = VK_FALSE;
}

void layer_limit_features(const struct layer_limits *limits, VkPhysicalDeviceFeatures *f)
{
	VkBool32 robust = f->robustBufferAccess;

	if (limits->no_features) {
		memset(f, 0, sizeof(*f));
		f->robustBufferAccess = robust;
	}
	if (limits->no_int64)
		f->shaderInt64 = VK_FALSE;
	if (limits->no_float64)
		f->shaderFloat64 = VK_FALSE;
	if (limits->no_int16)
		f->shaderInt16 = VK_FALSE;
}

void layer_limit_property_chain(const struct layer_limits *limits, void *chain)
{
	for (VkBaseOutStructure *s = chain; s; s = s->pNext) {
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES)
			at_most_u64(&((VkPhysicalDeviceMaintenance3Properties *)s)
			                 ->maxMemoryAllocationSize,
			            limits->allocation_size);
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES) {
			VkPhysicalDeviceVulkan11Properties *p = (void *)s;

			at_most_u64(&p->maxMemoryAllocationSize, limits->allocation_size);
			if (limits->no_features)
				p->subgroupSupportedOperations = VK_SUBGROUP_FEATURE_BASIC_BIT;
		}
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES &&
		    limits->no_features)
			((VkPhysicalDeviceSubgroupProperties *)s)->supportedOperations =
				VK_SUBGROUP_FEATURE_BASIC_BIT;
	}
}

/* Feature structures that a plain Vulkan 1.1 device answers with "none". */
static const struct {
	VkStructureType type;
	size_t size;
} feature_structs[] = {
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
     sizeof(VkPhysicalDeviceVulkan11Features)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
     sizeof(VkPhysicalDeviceVulkan12Features)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES,
     sizeof(VkPhysicalDeviceVulkan13Features)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES,
     sizeof(VkPhysicalDevice8BitStorageFeatures)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES,
     sizeof(VkPhysicalDevice16BitStorageFeatures)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
     sizeof(VkPhysicalDeviceShaderFloat16Int8Features)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES,
     sizeof(VkPhysicalDeviceSubgroupSizeControlFeatures)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES,
     sizeof(VkPhysicalDeviceTimelineSemaphoreFeatures)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES,
     sizeof(VkPhysicalDeviceShaderIntegerDotProductFeatures)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES,
     sizeof(VkPhysicalDeviceVulkanMemoryModelFeatures)},
	{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES,
     sizeof(VkPhysicalDeviceBufferDeviceAddressFeatures)},
};

void layer_limit_feature_chain(const struct layer_limits *limits, void *chain)
{
	for (VkBaseOutStructure *s = chain; s; s = s->pNext) {
		if (limits->no_features || limits->no_extensions)
			for (size_t i = 0; i < sizeof(feature_structs) / sizeof(*feature_structs);
			     i++)
				if (s->sType == feature_structs[i].type)
					memset(s + 1, 0, feature_structs[i].size - sizeof(*s));
		if (!limits->no_int8)
			continue;
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES)
			((VkPhysicalDeviceVulkan12Features *)s)->shaderInt8 = VK_FALSE;
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES)
			((VkPhysicalDeviceShaderFloat16Int8Features *)s)->shaderInt8 = VK_FALSE;
	}
}

bool layer_limits_fake_memory(const struct layer_limits *limits)
{
	return limits->one_memory_type || limits->noncoherent || limits->split_memory;
}

/* Rewrites the memory types and heaps; returns the real type behind all the simulated ones. */
uint32_t layer_limit_memory(const struct layer_limits *limits, VkPhysicalDeviceMemoryProperties *m)
{
	const VkMemoryPropertyFlags coherent =
		VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	const VkMemoryPropertyFlags cached =
		VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
	const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
	uint32_t real = 0;

	for (uint32_t i = 0; i < m->memoryHeapCount; i++)
		if (m->memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
			at_most_u64(&m->memoryHeaps[i].size, limits->heap);
	if (!layer_limits_fake_memory(limits))
		return 0;
	while (real + 1 < m->memoryTypeCount &&
	       (m->memoryTypes[real].propertyFlags & coherent) != coherent)
		real++;
	m->memoryHeaps[0] = m->memoryHeaps[m->memoryTypes[real].heapIndex];
	m->memoryHeaps[0].flags = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
	m->memoryHeaps[1] = m->memoryHeaps[0];
	m->memoryHeaps[1].flags = 0;
	memset(m->memoryTypes, 0, sizeof(m->memoryTypes));
	if (limits->split_memory) {
		m->memoryHeapCount = 2;
		m->memoryTypeCount = limits->noncoherent ? 2 : 3;
		m->memoryTypes[0].propertyFlags = local;
		m->memoryTypes[1].propertyFlags = limits->noncoherent ? cached : coherent;
		m->memoryTypes[1].heapIndex = 1;
		m->memoryTypes[2].propertyFlags = cached;
		m->memoryTypes[2].heapIndex = 1;
	} else {
		m->memoryHeapCount = 1;
		m->memoryTypeCount = 1;
		m->memoryTypes[0].propertyFlags = local | (limits->noncoherent ? cached : coherent);
	}
	return real;
}
