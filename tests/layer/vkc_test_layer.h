/* SPDX-License-Identifier: MIT
 *
 * The interface of VK_LAYER_VKC_test for tests. The layer is a shared object that the Vulkan loader
 * opens. A test opens the same file with dlopen() first, so that the state outlives the instances,
 * and gets the table below from vkc_test_layer_api().
 */
#ifndef VKC_TEST_LAYER_H
#define VKC_TEST_LAYER_H

#include <stddef.h>
#include <stdint.h>

/* The result that an armed call returns instead of being executed. */
enum vkc_test_fault {
	VKC_TEST_OUT_OF_HOST_MEMORY = 0,
	VKC_TEST_OUT_OF_DEVICE_MEMORY = 1,
	VKC_TEST_DEVICE_LOST = 2,           /* and from then on until the device is destroyed */
	VKC_TEST_INITIALIZATION_FAILED = 3, /* and other errors of vkCreateInstance/Device */
	VKC_TEST_TIMEOUT = 4,               /* VK_TIMEOUT or VK_NOT_READY: not an error, wait again */
	VKC_TEST_OTHER = 5,                 /* another error of the call, or VK_ERROR_UNKNOWN */
	VKC_TEST_FAULT_KINDS = 6
};

struct vkc_test_layer_api {
	/* Resets all counts and disarms. Live objects stay counted. */
	void (*reset)(void);
	/* From now on, of the calls that can return this fault, the number first (from 1) and the next
	 * count - 1 return it; count 0: all from there on. */
	void (*arm)(enum vkc_test_fault fault, uint64_t first, uint64_t count);
	/* Stops the faults; the counts remain available. */
	void (*disarm)(void);
	/* Calls since reset() or arm() that could have returned the armed fault. */
	uint64_t (*eligible_calls)(void);
	/* Faults returned since reset() or arm(). */
	uint64_t (*faults)(void);
	/* Name of the Vulkan command that returned the last fault, or "". */
	const char *(*fault_name)(void);
	/* The same for the first fault. */
	const char *(*first_fault_name)(void);
	/* The number of live Vulkan objects; lists them in text, as "2 VkBuffer, 1 VkFence". */
	uint64_t (*live_objects)(char *text, size_t size);
	/* Violations since reset(), and the first of them in words ("" if none). */
	uint64_t (*violations)(void);
	const char *(*first_violation)(void);
	/* Replaces the limits (see limits.c) of instances created from now on; returns 0, or -1 for an
	 * unknown name. */
	int (*set_limits)(const char *configuration);
	/* All calls since reset(), which is the length of the script. */
	uint64_t (*all_calls)(void);
};

/* Exported by the layer. */
const struct vkc_test_layer_api *vkc_test_layer_api(void);

#endif
