/* SPDX-License-Identifier: MIT
 *
 * Hardware that multiplies matrices of 8-bit integers (VK_NV_cooperative_matrix): whether
 * the device has what the kernel gram_matrix_units needs, and how it is switched on. */
#ifndef VKC_MATRIX_UNITS_H
#define VKC_MATRIX_UNITS_H

#include "vulkan/device.h"

#define MATRIX_UNITS_EXTENSIONS 3

/* The features to enable. */
struct matrix_units {
	VkPhysicalDeviceCooperativeMatrixFeaturesNV matrices;
	VkPhysicalDeviceVulkanMemoryModelFeatures memory_model;
	VkPhysicalDeviceShaderFloat16Int8Features int8;
};

/* Sets device->limits.matrix_units, whose other members, and the tuning, must be there.
 * Fails where the tuning asks for the kernel and the device cannot run it. */
VkcResult matrix_units_find(struct device *device, VkPhysicalDevice handle);

/* Adds the features and the extensions to what a device is created with; `names` has
 * room for them after the info->enabledExtensionCount that are there. */
void matrix_units_enable(struct matrix_units *units, VkDeviceCreateInfo *info,
                         const char **names);

#endif
