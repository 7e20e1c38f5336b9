/* SPDX-License-Identifier: MIT
 *
 * What a test may ask of VK_LAYER_VKC_test. The layer is a shared object that the Vulkan loader
 * opens; a test opens the same file with dlopen() first, so that the state outlives the instances,
 * and takes the table below from vkc_test_layer_api().
 */
#ifndef VKC_TEST_LAYER_H
#define VKC_TEST_LAYER_H

#include <stddef.h>
#include <stdint.h>

/* The result that an armed call gives instead of being carried out. */
enum vkc_test_fault {
	VKC_TEST_OUT_OF_HOST_MEMORY = 0,
	VKC_TEST_OUT_OF_DEVICE_MEMORY = 1,
	VKC_TEST_DEVICE_LOST = 2,           /* and from then on for the whole life of the device */
	VKC_TEST_INITIALIZATION_FAILED = 3, /* and the refusals of vkCreateInstance, vkCreateDevice */
	VKC_TEST_TIMEOUT = 4,               /* VK_TIMEOUT or VK_NOT_READY: no error, wait again */
	VKC_TEST_OTHER = 5,                 /* what else the call may say, or VK_ERROR_UNKNOWN */
	VKC_TEST_FAULT_KINDS = 6
};

struct vkc_test_layer_api {
	/* Forgets all counts and disarms. Objects that are alive stay counted. */
	void (*reset)(void);
	/* From now on, of the calls that can give this fault, the number first (from 1) and the
	 * next count - 1 of them give it; count 0 = all from there on. */
	void (*arm)(enum vkc_test_fault fault, uint64_t first, uint64_t count);
	/* Gives no more faults; the counts stay to be asked for. */
	void (*disarm)(void);
	/* Calls since reset() or arm() that could have given the armed fault. */
	uint64_t (*eligible_calls)(void);
	/* Faults given since reset() or arm(). */
	uint64_t (*faults)(void);
	/* Name of the Vulkan command that gave the last fault, or "". */
	const char *(*fault_name)(void);
	/* The same of the first one. */
	const char *(*first_fault_name)(void);
	/* Vulkan objects that exist now; names them in text, as "2 VkBuffer, 1 VkFence". */
	uint64_t (*live_objects)(char *text, size_t size);
	/* Broken rules since reset(), and the first of them in words ("" = none). */
	uint64_t (*violations)(void);
	const char *(*first_violation)(void);
	/* Replaces the configuration of limits (see limits.c) for instances created from now on;
	 * returns 0, or -1 for an unknown name. */
	int (*set_limits)(const char *configuration);
	/* Calls of all kinds since reset(): how long the script is. */
	uint64_t (*all_calls)(void);
};

/* Exported by the layer. */
const struct vkc_test_layer_api *vkc_test_layer_api(void);

#endif
