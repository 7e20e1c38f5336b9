/* SPDX-License-Identifier: MIT
 *
 * Internals of VK_LAYER_VKC_test. state.c: faults, counts, violations. limits.c: what the device
 * appears to offer. chain.c: instances and devices. physical.c, memory.c, objects.c, commands.c:
 * the commands. entry.c: the entry points for the loader.
 */
#ifndef VKC_TEST_LAYER_INTERNAL_H
#define VKC_TEST_LAYER_INTERNAL_H

#include "calls.h"

#include <pthread.h>
#include <stdbool.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

enum layer_object {
	OBJECT_INSTANCE,
	OBJECT_MESSENGER,
	OBJECT_DEVICE,
	OBJECT_MEMORY,
	OBJECT_BUFFER,
	OBJECT_BUFFER_VIEW,
	OBJECT_SHADER_MODULE,
	OBJECT_PIPELINE_CACHE,
	OBJECT_PIPELINE,
	OBJECT_PIPELINE_LAYOUT,
	OBJECT_DESCRIPTOR_SET_LAYOUT,
	OBJECT_DESCRIPTOR_POOL,
	OBJECT_FENCE,
	OBJECT_SEMAPHORE,
	OBJECT_EVENT,
	OBJECT_QUERY_POOL,
	OBJECT_COMMAND_POOL,
	OBJECT_COUNT
};

/* What a device appears to offer; 0: as the driver reports. */
struct layer_limits {
	uint64_t invocations, shared_memory, storage_buffers, push_constants, storage_range;
	uint64_t texel_elements, offset_alignment, atom_size;
	uint64_t allocation_size, allocation_count, group_count;
	uint64_t no_int64, no_float64, no_int16, no_int8, no_features, no_timestamps;
	uint64_t api_1_1, no_extensions;
	uint64_t one_memory_type, noncoherent, split_memory, heap;
	uint64_t compute_queue, second_family;
	uint64_t devices, discrete;
};

#define MAX_COPIES 8

/* A physical device that only the layer knows: an alias of a real one. The loader and the layers
 * above find their tables through the first word, so it is that of the real device. */
struct layer_physical {
	void *key;
	VkPhysicalDevice real;
	uint32_t copy;
};

struct layer_instance {
	struct layer_instance *next_instance;
	void *key;
	VkInstance handle;
	PFN_vkGetInstanceProcAddr get_proc;
	PFN_vkVoidFunction next[CALL_COUNT];
	VkDebugUtilsMessengerEXT messenger;
	struct layer_limits limits;
	struct layer_physical copies[MAX_COPIES];
	uint32_t num_copies;
};

/* One allocation by vkAllocateMemory. */
struct layer_memory {
	struct layer_memory *next_memory;
	VkDeviceMemory handle;
	VkDeviceSize size;
	bool host_visible, on_limited_heap, mapped;
	bool guarded; /* followed by bytes that must not be written */
	/* Non-coherent memory: the application writes to the shadow; flush and invalidate copy to and
	 * from the real memory. */
	bool shadowed;
	unsigned char *shadow, *real;
	VkDeviceSize map_offset, map_size;
};

struct layer_buffer {
	struct layer_buffer *next_buffer;
	VkBuffer handle;
	VkDeviceSize size;
};

struct layer_device {
	struct layer_device *next_device;
	void *key;
	VkDevice handle;
	struct layer_instance *instance;
	PFN_vkGetDeviceProcAddr get_proc;
	PFN_vkVoidFunction next[CALL_COUNT];
	pthread_mutex_t mutex; /* protects what follows */
	struct layer_memory *memories;
	struct layer_buffer *buffers;
	VkPhysicalDeviceLimits reported;
	VkDeviceSize allocation_size_limit;
	VkPhysicalDeviceMemoryProperties memory_properties; /* as reported */
	uint32_t real_memory_type;
	uint64_t num_allocations, heap_used;
	uint64_t live[OBJECT_COUNT];
	bool lost;
};

/* A failed command leaves this handle in its output, which the specification leaves undefined:
 * using or destroying it is detected. */
#define POISON_VALUE 0xDEADDEADu

/* The function of a command in the next layer or the driver. */
#define NEXT(owner, name) ((PFN_vk##name)(owner)->next[CALL_##name])

/* state.c */
extern const char *const layer_call_names[CALL_COUNT];
/* The result to return instead of executing the command, or VK_SUCCESS; dev may be NULL. */
VkResult layer_fault(enum layer_call call, struct layer_device *dev);
void layer_created(struct layer_device *dev, enum layer_object object);
void layer_destroyed(struct layer_device *dev, enum layer_object object);
/* Reports a violation on standard error and counts it; format as for printf. */
void layer_violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether the handle is the poison value; if so, reports it under the name of the command. */
bool layer_is_poison(uint64_t handle, enum layer_call call);
void layer_check_leaks(const struct layer_device *dev);

/* limits.c */
int layer_limits_parse(const char *text, struct layer_limits *limits);
struct layer_limits layer_limits_current(void);
int layer_limits_set(const char *text);
void layer_limit_properties(const struct layer_limits *limits, VkPhysicalDeviceProperties *p);
void layer_limit_features(const struct layer_limits *limits, VkPhysicalDeviceFeatures *f);
void layer_limit_property_chain(const struct layer_limits *limits, void *chain);
void layer_limit_feature_chain(const struct layer_limits *limits, void *chain);
uint32_t layer_limit_memory(const struct layer_limits *limits, VkPhysicalDeviceMemoryProperties *m);
bool layer_limits_fake_memory(const struct layer_limits *limits);

/* chain.c */
struct layer_instance *layer_instance_of(const void *dispatchable);
struct layer_device *layer_device_of(const void *dispatchable);
VkPhysicalDevice layer_real(struct layer_instance *inst, VkPhysicalDevice device, uint32_t *copy);

/* The layer's own functions, each with the type of its command in vulkan.h. */
#define LAYER_DECLARE(name, faults) extern __typeof__(vk##name) layer_##name;
LAYER_INSTANCE_CALLS(LAYER_DECLARE)
LAYER_DEVICE_CALLS(LAYER_DECLARE)
#undef LAYER_DECLARE

#endif
