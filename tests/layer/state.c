/* SPDX-License-Identifier: MIT
 *
 * Injected faults, call counts, live objects and violations: one state for the whole process,
 * because a test asks about the process.
 */
#include "layer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYER_NAME(name, faults) "vk" #name,
const char *const layer_call_names[CALL_COUNT] = {LAYER_INSTANCE_CALLS(LAYER_NAME)
                                                      LAYER_DEVICE_CALLS(LAYER_NAME)};
#undef LAYER_NAME

#define LAYER_FAULTS(name, faults) (faults),
static const unsigned call_faults[CALL_COUNT] = {LAYER_INSTANCE_CALLS(LAYER_FAULTS)
                                                     LAYER_DEVICE_CALLS(LAYER_FAULTS)};
#undef LAYER_FAULTS

static const char *const object_names[OBJECT_COUNT] = {
	"VkInstance",
	"VkDebugUtilsMessengerEXT",
	"VkDevice",
	"VkDeviceMemory",
	"VkBuffer",
	"VkBufferView",
	"VkShaderModule",
	"VkPipelineCache",
	"VkPipeline",
	"VkPipelineLayout",
	"VkDescriptorSetLayout",
	"VkDescriptorPool",
	"VkFence",
	"VkSemaphore",
	"VkEvent",
	"VkQueryPool",
	"VkCommandPool",
};

static pthread_mutex_t state_mutex = PTHREAD_MUTEX_INITIALIZER;
static bool state_ready;
static bool armed;
static enum vkc_test_fault armed_fault;
static uint64_t armed_first, armed_count;
static uint64_t num_eligible, num_faults, num_calls, num_violations;
static const char *first_fault = "", *last_fault = "";
static char violation_text[512];
static uint64_t live[OBJECT_COUNT];

static const char *const fault_words[VKC_TEST_FAULT_KINDS] = {"oohm", "oodm", "lost",
                                                              "init", "timeout", "other"};

/* VKC_TEST_FAIL_CALL=N with VKC_TEST_FAIL_RESULT and VKC_TEST_FAIL_COUNT inject faults into a
 * program that does not know the layer. */
static void arm_from_environment(void)
{
	const char *call = getenv("VKC_TEST_FAIL_CALL");
	const char *word = getenv("VKC_TEST_FAIL_RESULT");
	const char *count = getenv("VKC_TEST_FAIL_COUNT");

	state_ready = true;
	if (!call)
		return;
	for (int kind = 0; kind < VKC_TEST_FAULT_KINDS; kind++)
		if (!word || strcmp(word, fault_words[kind]) == 0) {
			armed = true;
			armed_fault = (enum vkc_test_fault)kind;
			armed_first = strtoull(call, NULL, 10);
			armed_count = count ? strtoull(count, NULL, 10) : 1;
			return;
		}
	layer_violation("VKC_TEST_FAIL_RESULT=%s is not one of oohm, oodm, lost, init, timeout, "
	                "other",
	                word);
}

static VkResult other_result(enum layer_call call)
{
	switch (call) {
	case CALL_CreateInstance:
		return VK_ERROR_INCOMPATIBLE_DRIVER;
	case CALL_CreateDevice:
	case CALL_AllocateMemory:
		return VK_ERROR_TOO_MANY_OBJECTS;
	case CALL_MapMemory:
		return VK_ERROR_MEMORY_MAP_FAILED;
	case CALL_AllocateDescriptorSets:
		return VK_ERROR_FRAGMENTED_POOL;
	default:
		return VK_ERROR_UNKNOWN;
	}
}

static VkResult fault_result(enum layer_call call, enum vkc_test_fault fault)
{
	switch (fault) {
	case VKC_TEST_OUT_OF_HOST_MEMORY:
		return VK_ERROR_OUT_OF_HOST_MEMORY;
	case VKC_TEST_OUT_OF_DEVICE_MEMORY:
		return VK_ERROR_OUT_OF_DEVICE_MEMORY;
	case VKC_TEST_DEVICE_LOST:
		return VK_ERROR_DEVICE_LOST;
	case VKC_TEST_INITIALIZATION_FAILED:
		return VK_ERROR_INITIALIZATION_FAILED;
	case VKC_TEST_TIMEOUT:
		return call == CALL_WaitForFences || call == CALL_WaitSemaphores ? VK_TIMEOUT
		                                                                 : VK_NOT_READY;
	default:
		return other_result(call);
	}
}

VkResult layer_fault(enum layer_call call, struct layer_device *dev)
{
	VkResult result = VK_SUCCESS;

	pthread_mutex_lock(&state_mutex);
	if (!state_ready)
		arm_from_environment();
	num_calls++;
	if (armed && (call_faults[call] & 1u << armed_fault)) {
		num_eligible++;
		if (num_eligible >= armed_first &&
		    (armed_count == 0 || num_eligible - armed_first < armed_count)) {
			result = fault_result(call, armed_fault);
			last_fault = layer_call_names[call];
			if (num_faults++ == 0)
				first_fault = last_fault;
		}
	}
	pthread_mutex_unlock(&state_mutex);
	if (!dev)
		return result;
	if (result == VK_ERROR_DEVICE_LOST && !dev->lost) {
		/* A lost device executes nothing any more. What the driver below still executes must end
		 * before the application destroys the objects in use, which it may do. */
		NEXT(dev, DeviceWaitIdle)
		(dev->handle);
		dev->lost = true;
	}
	if (dev->lost && (call_faults[call] & F_LOST))
		result = VK_ERROR_DEVICE_LOST;
	return result;
}

void layer_created(struct layer_device *dev, enum layer_object object)
{
	pthread_mutex_lock(&state_mutex);
	live[object]++;
	if (dev)
		dev->live[object]++;
	pthread_mutex_unlock(&state_mutex);
}

void layer_destroyed(struct layer_device *dev, enum layer_object object)
{
	pthread_mutex_lock(&state_mutex);
	live[object]--;
	if (dev)
		dev->live[object]--;
	pthread_mutex_unlock(&state_mutex);
}

void layer_violation(const char *format, ...)
{
	char text[sizeof(violation_text)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "VKC_TEST_VIOLATION: %s\n", text);
	if (__atomic_fetch_add(&num_violations, 1, __ATOMIC_SEQ_CST) == 0)
		memcpy(violation_text, text, sizeof(text));
}

bool layer_is_poison(uint64_t handle, enum layer_call call)
{
	if (handle != POISON_VALUE)
		return false;
	layer_violation("%s was given a handle that a failed command had left", layer_call_names[call]);
	return true;
}

static uint64_t describe(const uint64_t *counts, char *text, size_t size)
{
	uint64_t total = 0;
	size_t used = 0;

	if (size)
		text[0] = '\0';
	for (int object = 0; object < OBJECT_COUNT; object++) {
		if (!counts[object])
			continue;
		total += counts[object];
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%llu %s",
			                         used ? ", " : "",
			                         (unsigned long long)counts[object],
			                         object_names[object]);
	}
	return total;
}

void layer_check_leaks(const struct layer_device *dev)
{
	char text[256];

	if (describe(dev->live, text, sizeof(text)))
		layer_violation("vkDestroyDevice leaves objects of the device behind: %s", text);
}

static void api_reset(void)
{
	pthread_mutex_lock(&state_mutex);
	state_ready = true;
	armed = false;
	num_eligible = num_faults = num_calls = 0;
	num_violations = 0;
	violation_text[0] = '\0';
	first_fault = last_fault = "";
	pthread_mutex_unlock(&state_mutex);
}

static void api_arm(enum vkc_test_fault fault, uint64_t first, uint64_t count)
{
	pthread_mutex_lock(&state_mutex);
	state_ready = true;
	armed = true;
	armed_fault = fault;
	armed_first = first;
	armed_count = count;
	num_eligible = num_faults = 0;
	first_fault = last_fault = "";
	pthread_mutex_unlock(&state_mutex);
}

static void api_disarm(void)
{
	pthread_mutex_lock(&state_mutex);
	state_ready = true;
	armed = false;
	pthread_mutex_unlock(&state_mutex);
}

static uint64_t api_eligible_calls(void)
{
	return num_eligible;
}

static uint64_t api_faults(void)
{
	return num_faults;
}

static const char *api_fault_name(void)
{
	return last_fault;
}

static const char *api_first_fault_name(void)
{
	return first_fault;
}

static uint64_t api_live_objects(char *text, size_t size)
{
	return describe(live, text, size);
}

static uint64_t api_violations(void)
{
	return num_violations;
}

static const char *api_first_violation(void)
{
	return violation_text;
}

static uint64_t api_all_calls(void)
{
	return num_calls;
}

__attribute__((visibility("default"))) const struct vkc_test_layer_api *vkc_test_layer_api(void)
{
	static const struct vkc_test_layer_api api = {
		.reset = api_reset,
		.arm = api_arm,
		.disarm = api_disarm,
		.eligible_calls = api_eligible_calls,
		.faults = api_faults,
		.fault_name = api_fault_name,
		.first_fault_name = api_first_fault_name,
		.live_objects = api_live_objects,
		.violations = api_violations,
		.first_violation = api_first_violation,
		.set_limits = layer_limits_set,
		.all_calls = api_all_calls,
	};

	return &api;
}
