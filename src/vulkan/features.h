/* SPDX-License-Identifier: MIT
 *
 * What a physical device offers beyond Vulkan 1.1: found before a device is made of it, and
 * enabled when it is. */
#ifndef VKC_FEATURES_H
#define VKC_FEATURES_H

#include "vulkan/instance.h"

struct features {
	bool int64;               /* 64-bit integers in shaders */
	bool subgroup_arithmetic; /* in compute shaders */
	/* VK_NV_cooperative_matrix in compute shaders, with the memory model and the 8-bit integers
	 * that go with it: a subgroup multiplies 16 x 32 by 32 x 16 int8 and adds int32. */
	bool int8_matrices;
	bool portability_subset; /* the driver must be told that its gaps are known */
	uint32_t subgroup_size;
	uint64_t texel_elements; /* quadruples of int32 in a texel buffer view; 0 = none at all */
	uint64_t allocation;     /* bytes of one allocation */
};

VkcResult features_find(const struct instance *instance,
                        const struct physical_device *physical_device, struct features *features,
                        struct error *error);

#define FEATURES_MAX_EXTENSIONS 4

/* What VkDeviceCreateInfo points to; must outlive the creation, and must not be moved. */
struct enabled_features {
	const char *extensions[FEATURES_MAX_EXTENSIONS];
	VkPhysicalDeviceFeatures core;
	VkPhysicalDeviceCooperativeMatrixFeaturesNV matrices;
	VkPhysicalDeviceVulkanMemoryModelFeatures memory_model;
	VkPhysicalDeviceShaderFloat16Int8Features int8;
};

/* Adds all that was found to what a device is created with, which has no extensions yet. */
void features_enable(const struct features *features, struct enabled_features *enabled,
                     VkDeviceCreateInfo *info);

#endif
