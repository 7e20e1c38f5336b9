/* SPDX-License-Identifier: MIT */
#include "vulkan/cooperative_matrix.h"

#include <stdlib.h>

#include "interface/gram.h"

static const char *const extensions[MATRIX_UNITS_EXTENSIONS] = {
	VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME,
	VK_KHR_VULKAN_MEMORY_MODEL_EXTENSION_NAME,
	VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME,
};

/* The chain of features, each as `value`. */
static void *chain(struct matrix_units *units, VkBool32 value)
{
	*units = (struct matrix_units){
		.matrices = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV,
	                 .cooperativeMatrix = value},
		.memory_model = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES,
	                     .pNext = &units->matrices,
	                     .vulkanMemoryModel = value,
	                     /* Atomic operations have this scope in the other kernels too. */
	                     .vulkanMemoryModelDeviceScope = value},
		.int8 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
	             .pNext = &units->memory_model,
	             .shaderInt8 = value},
	};
	return &units->int8;
}

static bool has_features(const struct device *device, VkPhysicalDevice handle)
{
	struct matrix_units units;
	VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
	                                      .pNext = chain(&units, VK_FALSE)};
	device->vk->GetPhysicalDeviceFeatures2(handle, &features);
	return units.matrices.cooperativeMatrix && units.memory_model.vulkanMemoryModel &&
	       units.memory_model.vulkanMemoryModelDeviceScope && units.int8.shaderInt8;
}

/* The subgroups and the stages that the kernel counts on. */
static bool has_subgroups(const struct device *device, VkPhysicalDevice handle)
{
	VkPhysicalDeviceCooperativeMatrixPropertiesNV matrices = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_PROPERTIES_NV};
	VkPhysicalDeviceSubgroupProperties subgroup = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES, .pNext = &matrices};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &subgroup};
	device->vk->GetPhysicalDeviceProperties2(handle, &properties);
	return subgroup.subgroupSize == GRAM_MATRIX_UNITS_SUBGROUP &&
	       (matrices.cooperativeMatrixSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT);
}

static bool is_used_shape(const VkCooperativeMatrixPropertiesNV *shape)
{
	return shape->MSize == 16 && shape->NSize == 16 && shape->KSize == 32 &&
	       shape->AType == VK_COMPONENT_TYPE_SINT8_NV &&
	       shape->BType == VK_COMPONENT_TYPE_SINT8_NV &&
	       shape->CType == VK_COMPONENT_TYPE_SINT32_NV &&
	       shape->DType == VK_COMPONENT_TYPE_SINT32_NV && shape->scope == VK_SCOPE_SUBGROUP_NV;
}

static VkcResult has_shape(struct device *device, VkPhysicalDevice handle, bool *found)
{
	VkcResult result;
	VkCooperativeMatrixPropertiesNV *shapes = NULL;
	uint32_t count = 0;
	*found = false;
	if (!device->vk->GetPhysicalDeviceCooperativeMatrixPropertiesNV)
		return VKC_SUCCESS;
	VK(device, GetPhysicalDeviceCooperativeMatrixPropertiesNV(handle, &count, NULL));
	if (!count)
		return VKC_SUCCESS;
	shapes = calloc(count, sizeof(*shapes));
	if (!shapes)
		return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left for a list of %u shapes of matrices: free "
		                 "some.",
		                 count);
	for (uint32_t i = 0; i < count; i++)
		shapes[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV;
	VK(device, GetPhysicalDeviceCooperativeMatrixPropertiesNV(handle, &count, shapes));
	for (uint32_t i = 0; i < count; i++)
		*found |= is_used_shape(&shapes[i]);
error:
	free(shapes);
	return result;
}

VkcResult matrix_units_find(struct device *device, VkPhysicalDevice handle)
{
	VkcResult result;
	const struct limits *limits = &device->limits;
	enum gram_kernel asked = device->tuning.gram;
	device->limits.matrix_units = false;
	if (asked != GRAM_AUTO && asked != GRAM_MATRIX_UNITS)
		return VKC_SUCCESS;
	bool found;
	TRY(device_has_extensions(device, handle, extensions, MATRIX_UNITS_EXTENSIONS, &found));
	found = found && limits->int64 && !limits->texel_elements &&
	        limits->group_invocations >= GRAM_MATRIX_UNITS_INVOCATIONS &&
	        limits->shared_bytes >= GRAM_MATRIX_UNITS_SHARED_BYTES &&
	        has_features(device, handle) && has_subgroups(device, handle);
	if (found)
		TRY(has_shape(device, handle, &found));
	if (!found && asked == GRAM_MATRIX_UNITS)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The tuning string (VKC_TUNING) asks for gram=matrix_units, but the "
		                 "device, as tuned, does not multiply matrices of 8-bit integers "
		                 "(VK_NV_cooperative_matrix, 16 x 16 x 32): leave that out.");
	device->limits.matrix_units = found;
error:
	return result;
}

void matrix_units_enable(struct matrix_units *units, VkDeviceCreateInfo *info,
                         const char **names)
{
	for (int i = 0; i < MATRIX_UNITS_EXTENSIONS; i++)
		names[info->enabledExtensionCount++] = extensions[i];
	info->ppEnabledExtensionNames = names;
	info->pNext = chain(units, VK_TRUE);
}
