/* SPDX-License-Identifier: MIT
 *
 * The test layer itself, tested with plain Vulkan calls: what it fails, hides, counts and refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

#include "vkc_test_layer.h"

static const struct vkc_test_layer_api *layer;

struct machine {
	VkInstance instance;
	VkPhysicalDevice physical[8];
	uint32_t num_physical;
	VkDevice device;
};

static void start_machine(struct machine *m, const char *limits, uint32_t which, uint32_t family)
{
	const float priority = 1;
	const VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
	                               .apiVersion = VK_API_VERSION_1_1};
	const VkInstanceCreateInfo instance = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
	                                       .pApplicationInfo = &app};
	const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
	                                       .queueFamilyIndex = family,
	                                       .queueCount = 1,
	                                       .pQueuePriorities = &priority};
	const VkDeviceCreateInfo device = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
	                                   .queueCreateInfoCount = 1,
	                                   .pQueueCreateInfos = &queue};

	memset(m, 0, sizeof(*m));
	layer->reset();
	assert_int_equal(layer->set_limits(limits), 0);
	assert_int_equal(vkCreateInstance(&instance, NULL, &m->instance), VK_SUCCESS);
	m->num_physical = 8;
	assert_int_equal(vkEnumeratePhysicalDevices(m->instance, &m->num_physical, m->physical),
	                 VK_SUCCESS);
	assert_true(which < m->num_physical);
	assert_int_equal(vkCreateDevice(m->physical[which], &device, NULL, &m->device), VK_SUCCESS);
}

static void stop_machine(struct machine *m)
{
	char text[256];

	vkDestroyDevice(m->device, NULL);
	vkDestroyInstance(m->instance, NULL);
	assert_int_equal(layer->live_objects(text, sizeof(text)), 0);
	assert_int_equal(layer->set_limits(""), 0);
}

static VkResult make_buffer(struct machine *m, VkBuffer *buffer)
{
	const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
	                                 .size = 4096,
	                                 .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};

	return vkCreateBuffer(m->device, &info, NULL, buffer);
}

/* Allocates memory of the first type with these properties. */
static VkResult make_memory_of(struct machine *m, VkMemoryPropertyFlags flags, VkDeviceSize size,
                               VkDeviceMemory *memory)
{
	VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
	                             .allocationSize = size};
	VkPhysicalDeviceMemoryProperties properties;

	vkGetPhysicalDeviceMemoryProperties(m->physical[0], &properties);
	while (info.memoryTypeIndex < properties.memoryTypeCount &&
	       (properties.memoryTypes[info.memoryTypeIndex].propertyFlags & flags) != flags)
		info.memoryTypeIndex++;
	assert_true(info.memoryTypeIndex < properties.memoryTypeCount);
	return vkAllocateMemory(m->device, &info, NULL, memory);
}

static VkResult make_memory(struct machine *m, VkDeviceSize size, VkDeviceMemory *memory)
{
	return make_memory_of(m, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, size, memory);
}

static void test_gives_the_nth_fault(void **state)
{
	struct machine m;
	VkBuffer buffers[4];

	(void)state;
	start_machine(&m, "", 0, 0);
	layer->arm(VKC_TEST_OUT_OF_DEVICE_MEMORY, 2, 1);
	assert_int_equal(make_buffer(&m, &buffers[0]), VK_SUCCESS);
	assert_int_equal(make_buffer(&m, &buffers[1]), VK_ERROR_OUT_OF_DEVICE_MEMORY);
	assert_int_equal(make_buffer(&m, &buffers[2]), VK_SUCCESS);
	assert_int_equal(layer->faults(), 1);
	assert_int_equal(layer->eligible_calls(), 3);
	assert_string_equal(layer->fault_name(), "vkCreateBuffer");
	assert_int_equal(layer->violations(), 0);
	vkDestroyBuffer(m.device, buffers[0], NULL);
	vkDestroyBuffer(m.device, buffers[2], NULL);
	/* The output of the failed call must not be used. */
	vkDestroyBuffer(m.device, buffers[1], NULL);
	assert_int_equal(layer->violations(), 1);
	stop_machine(&m);
}

static void test_a_lost_device_stays_lost(void **state)
{
	struct machine m;
	VkQueue queue;

	(void)state;
	start_machine(&m, "", 0, 0);
	vkGetDeviceQueue(m.device, 0, 0, &queue);
	layer->arm(VKC_TEST_DEVICE_LOST, 1, 1);
	assert_int_equal(vkQueueSubmit(queue, 0, NULL, VK_NULL_HANDLE), VK_ERROR_DEVICE_LOST);
	assert_int_equal(vkQueueWaitIdle(queue), VK_ERROR_DEVICE_LOST);
	assert_int_equal(vkDeviceWaitIdle(m.device), VK_ERROR_DEVICE_LOST);
	assert_int_equal(layer->faults(), 1);
	stop_machine(&m);
}

static void test_counts_what_is_left(void **state)
{
	struct machine m;
	VkBuffer buffer;
	char text[256];

	(void)state;
	start_machine(&m, "", 0, 0);
	assert_int_equal(make_buffer(&m, &buffer), VK_SUCCESS);
	assert_int_equal(layer->live_objects(text, sizeof(text)), 3);
	assert_string_equal(text, "1 VkInstance, 1 VkDevice, 1 VkBuffer");
	vkDestroyBuffer(m.device, buffer, NULL);
	stop_machine(&m);
}

static void test_non_coherent_memory_needs_flush_and_invalidate(void **state)
{
	struct machine m;
	VkDeviceMemory memory;
	VkMappedMemoryRange range = {.sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
	                             .size = VK_WHOLE_SIZE};
	unsigned char *data;

	(void)state;
	start_machine(&m, "noncoherent,atom_size=256", 0, 0);
	assert_int_equal(make_memory_of(&m, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, 4096, &memory),
	                 VK_SUCCESS);
	range.memory = memory;
	assert_int_equal(vkMapMemory(m.device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&data),
	                 VK_SUCCESS);
	data[7] = 1;
	assert_int_equal(vkFlushMappedMemoryRanges(m.device, 1, &range), VK_SUCCESS);
	data[7] = 2; /* never flushed */
	assert_int_equal(vkInvalidateMappedMemoryRanges(m.device, 1, &range), VK_SUCCESS);
	assert_int_equal(data[7], 1);
	range.offset = 100;
	vkFlushMappedMemoryRanges(m.device, 1, &range);
	assert_int_equal(layer->violations(), 1);
	vkFreeMemory(m.device, memory, NULL);
	stop_machine(&m);
}

static void test_the_heap_is_full(void **state)
{
	struct machine m;
	VkPhysicalDeviceMemoryProperties properties;
	VkDeviceMemory memory, more;

	(void)state;
	start_machine(&m, "heap=1048576", 0, 0);
	vkGetPhysicalDeviceMemoryProperties(m.physical[0], &properties);
	assert_int_equal(properties.memoryHeaps[0].size, 1 << 20);
	assert_int_equal(make_memory(&m, 1 << 20, &memory), VK_SUCCESS);
	assert_int_equal(make_memory(&m, 1, &more), VK_ERROR_OUT_OF_DEVICE_MEMORY);
	vkFreeMemory(m.device, memory, NULL);
	assert_int_equal(make_memory(&m, 1, &more), VK_SUCCESS);
	vkFreeMemory(m.device, more, NULL);
	stop_machine(&m);
}

static void test_the_smallest_device(void **state)
{
	struct machine m;
	VkPhysicalDeviceMaintenance3Properties sizes = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
	VkPhysicalDeviceProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
	                                 .pNext = &sizes};
	VkPhysicalDeviceFeatures features;
	VkDeviceMemory memory;
	uint32_t count = 0;

	(void)state;
	start_machine(&m, "all", 0, 0);
	vkGetPhysicalDeviceProperties2(m.physical[0], &p);
	assert_int_equal(p.properties.apiVersion, VK_API_VERSION_1_1);
	assert_int_equal(p.properties.limits.maxComputeWorkGroupInvocations, 128);
	assert_int_equal(p.properties.limits.maxComputeWorkGroupSize[2], 64);
	assert_int_equal(p.properties.limits.maxComputeSharedMemorySize, 16384);
	assert_int_equal(p.properties.limits.maxPerStageDescriptorStorageBuffers, 4);
	assert_int_equal(p.properties.limits.maxStorageBufferRange, 1 << 27);
	assert_int_equal(p.properties.limits.minStorageBufferOffsetAlignment, 256);
	assert_int_equal(sizes.maxMemoryAllocationSize, 1 << 30);
	vkGetPhysicalDeviceFeatures(m.physical[0], &features);
	assert_false(features.shaderInt64 || features.shaderFloat64 || features.shaderInt16);
	vkEnumerateDeviceExtensionProperties(m.physical[0], NULL, &count, NULL);
	assert_int_equal(count, 0);
	assert_int_equal(layer->violations(), 0);
	if (make_memory(&m, (1u << 30) + 1, &memory) == VK_SUCCESS)
		vkFreeMemory(m.device, memory, NULL);
	assert_int_equal(layer->violations(), 1);
	stop_machine(&m);
}

static void test_several_devices(void **state)
{
	struct machine m;
	VkPhysicalDeviceProperties first, second;
	VkBuffer buffer;

	(void)state;
	start_machine(&m, "devices=3", 1, 0);
	assert_true(m.num_physical >= 3);
	vkGetPhysicalDeviceProperties(m.physical[0], &first);
	vkGetPhysicalDeviceProperties(m.physical[1], &second);
	assert_string_not_equal(first.deviceName, second.deviceName);
	assert_int_equal(make_buffer(&m, &buffer), VK_SUCCESS);
	vkDestroyBuffer(m.device, buffer, NULL);
	stop_machine(&m);
}

static void test_queue_families(void **state)
{
	struct machine m;
	VkQueueFamilyProperties families[2];
	uint32_t count = 2;
	VkQueue queue;

	(void)state;
	start_machine(&m, "second_family", 0, 1);
	vkGetPhysicalDeviceQueueFamilyProperties(m.physical[0], &count, families);
	assert_int_equal(count, 2);
	assert_int_equal(families[0].queueFlags, VK_QUEUE_TRANSFER_BIT);
	assert_int_equal(families[1].queueFlags, VK_QUEUE_COMPUTE_BIT);
	vkGetDeviceQueue(m.device, 1, 0, &queue);
	assert_int_equal(vkQueueWaitIdle(queue), VK_SUCCESS);
	assert_int_equal(layer->violations(), 0);
	stop_machine(&m);
}

static void test_refuses_unknown_limits(void **state)
{
	(void)state;
	assert_int_equal(layer->set_limits("all,hep=3"), -1);
	assert_int_equal(layer->set_limits(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gives_the_nth_fault),
		cmocka_unit_test(test_a_lost_device_stays_lost),
		cmocka_unit_test(test_counts_what_is_left),
		cmocka_unit_test(test_non_coherent_memory_needs_flush_and_invalidate),
		cmocka_unit_test(test_the_heap_is_full),
		cmocka_unit_test(test_the_smallest_device),
		cmocka_unit_test(test_several_devices),
		cmocka_unit_test(test_queue_families),
		cmocka_unit_test(test_refuses_unknown_limits),
	};
	void *library = dlopen(VKC_TEST_LAYER, RTLD_NOW);
	const struct vkc_test_layer_api *(*get)(void);

	if (!library) {
		print_error("%s\n", dlerror());
		return 1;
	}
	*(void **)&get = dlsym(library, "vkc_test_layer_api");
	layer = get();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
