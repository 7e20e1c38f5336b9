/* SPDX-License-Identifier: MIT
 *
 * A compute pipeline created from an embedded SPIR-V module. */
#ifndef VKC_KERNEL_H
#define VKC_KERNEL_H

#include "vulkan/device.h"

#define KERNEL_MAX_BINDINGS 20
#define KERNEL_MAX_CONSTANTS 8
#define KERNEL_PUSH_BYTES 128 /* the minimum that Vulkan guarantees */

struct kernel_source {
	const uint32_t *words;
	size_t num_words;
	/* One letter per binding, from binding 0: 's' for a storage buffer, 't' for a texel buffer. */
	char bindings[KERNEL_MAX_BINDINGS + 1];
	uint32_t push_bytes;
	uint32_t constants[KERNEL_MAX_CONSTANTS]; /* specialization constants 0, 1, … */
	uint32_t num_constants;
};

struct kernel {
	VkDescriptorSetLayout set_layout;
	VkPipelineLayout layout;
	VkPipeline pipeline;
	char bindings[KERNEL_MAX_BINDINGS + 1];
	uint32_t num_bindings;
	uint32_t push_bytes;
};

/* On failure *kernel is zeroed. */
VkcResult kernel_create(struct device *device, const struct kernel_source *source,
                        struct kernel *kernel);
/* No submission in flight may use the kernel, unless the device is abandoned. */
void kernel_destroy(struct device *device, struct kernel *kernel);

#endif
