/* SPDX-License-Identifier: MIT
 *
 * Optional features of a physical device beyond Vulkan 1.1: detection, and enabling them when the
 * logical device is created. */
#ifndef VKC_FEATURES_H
#define VKC_FEATURES_H

#include "vulkan/instance.h"

struct features {
	bool int64;               /* 64-bit integers in shaders */
	bool subgroup_arithmetic; /* in compute shaders */
	/* VK_NV_cooperative_matrix in compute shaders, with the memory model and the 8-bit integers
	 * that it needs: a subgroup multiplies 16 x 32 by 32 x 16 int8 matrices and accumulates in
	 * int32. */
	bool int8_matrices;
	/* the device has VK_KHR_portability_subset, which must be enabled then */
	bool portability_subset;
	uint32_t subgroup_size;
	uint64_t texel_elements; /* texels (of four int32) per texel buffer view; 0 = not supported */
	uint64_t allocation;     /* bytes per allocation */
};

VkcResult features_find(const struct instance *instance,
                        const struct physical_device *physical_device, struct features *features,
                        struct error *error);

#define FEATURES_MAX_EXTENSIONS 4

/* The structs that VkDeviceCreateInfo points to. They must stay in place until the device is
 * created. */
struct enabled_features {
	const char *extensions[FEATURES_MAX_EXTENSIONS];
	VkPhysicalDeviceFeatures core;
	VkPhysicalDeviceCooperativeMatrixFeaturesNV matrices;
	VkPhysicalDeviceVulkanMemoryModelFeatures memory_model;
	VkPhysicalDeviceShaderFloat16Int8Features int8;
};

/* Adds the detected features to *info, which must not list any extensions yet. */
void features_enable(const struct features *features, struct enabled_features *enabled,
                     VkDeviceCreateInfo *info);

#endif
