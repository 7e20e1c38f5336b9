/* SPDX-License-Identifier: MIT */
#include "vulkan/features.h"

#include <stdlib.h>
#include <string.h>

#include "vulkan/status.h"

#define TEXEL_FORMAT VK_FORMAT_R32G32B32A32_SINT

static const char portability_extension[] = "VK_KHR_portability_subset";

static const char *const matrix_extensions[] = {
	VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME,
	VK_KHR_VULKAN_MEMORY_MODEL_EXTENSION_NAME,
	VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME,
};
#define MATRIX_EXTENSIONS (sizeof(matrix_extensions) / sizeof(matrix_extensions[0]))

_Static_assert(1 + MATRIX_EXTENSIONS <= FEATURES_MAX_EXTENSIONS, "there is room for all");

/* ---- Extensions ----------------------------------------------------------------- */

struct extensions {
	VkExtensionProperties *list;
	uint32_t count;
};

/* The caller frees extensions->list, which is NULL after a failure. */
static VkcResult list_extensions(const struct vulkan_api *api, VkPhysicalDevice handle,
                                 struct extensions *extensions, struct error *error)
{
	static const char function[] = "vkEnumerateDeviceExtensionProperties";
	VkcResult result;
	VkResult status;
	VkExtensionProperties *list = NULL;
	uint32_t count = 0;
	*extensions = (struct extensions){0};
	do {
		TRY(status_check(error, api->EnumerateDeviceExtensionProperties(handle, NULL, &count, NULL),
		                 function));
		free(list);
		list = calloc(count + 1, sizeof(*list));
		if (!list)
			return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
			                 "The host has no memory left for a list of %u device extensions: "
			                 "free some.",
			                 count);
		status = api->EnumerateDeviceExtensionProperties(handle, NULL, &count, list);
	} while (status == VK_INCOMPLETE); /* the number has grown between the two calls */
	TRY(status_check(error, status, function));
	*extensions = (struct extensions){list, count};
	return VKC_SUCCESS;
error:
	free(list);
	return result;
}

static bool has_extension(const struct extensions *extensions, const char *name)
{
	for (uint32_t i = 0; i < extensions->count; i++)
		if (!strcmp(extensions->list[i].extensionName, name))
			return true;
	return false;
}

/* ---- 8-bit integer matrices ----------------------------------------------------- */

/* Builds the chain of feature structs, with every required feature set to `value`. */
static void *chain_matrices(struct enabled_features *features, VkBool32 value)
{
	features->matrices = (VkPhysicalDeviceCooperativeMatrixFeaturesNV){
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV,
		.cooperativeMatrix = value,
	};
	features->memory_model = (VkPhysicalDeviceVulkanMemoryModelFeatures){
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES,
		.pNext = &features->matrices,
		.vulkanMemoryModel = value,
		/* The other kernels also use atomics with device scope. */
		.vulkanMemoryModelDeviceScope = value,
	};
	features->int8 = (VkPhysicalDeviceShaderFloat16Int8Features){
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
		.pNext = &features->memory_model,
		.shaderInt8 = value,
	};
	return &features->int8;
}

static bool has_matrix_features(const struct vulkan_api *api, VkPhysicalDevice handle)
{
	struct enabled_features chain;
	VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
	                                      .pNext = chain_matrices(&chain, VK_FALSE)};
	api->GetPhysicalDeviceFeatures2(handle, &features);
	return chain.matrices.cooperativeMatrix && chain.memory_model.vulkanMemoryModel &&
	       chain.memory_model.vulkanMemoryModelDeviceScope && chain.int8.shaderInt8;
}

static bool in_compute_shaders(const struct vulkan_api *api, VkPhysicalDevice handle)
{
	VkPhysicalDeviceCooperativeMatrixPropertiesNV matrices = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_PROPERTIES_NV};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &matrices};
	api->GetPhysicalDeviceProperties2(handle, &properties);
	return matrices.cooperativeMatrixSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT;
}

static bool is_used_shape(const VkCooperativeMatrixPropertiesNV *shape)
{
	return shape->MSize == 16 && shape->NSize == 16 && shape->KSize == 32 &&
	       shape->AType == VK_COMPONENT_TYPE_SINT8_NV &&
	       shape->BType == VK_COMPONENT_TYPE_SINT8_NV &&
	       shape->CType == VK_COMPONENT_TYPE_SINT32_NV &&
	       shape->DType == VK_COMPONENT_TYPE_SINT32_NV && shape->scope == VK_SCOPE_SUBGROUP_NV;
}

static VkcResult find_shape(const struct vulkan_api *api, VkPhysicalDevice handle, bool *found,
                            struct error *error)
{
	static const char function[] = "vkGetPhysicalDeviceCooperativeMatrixPropertiesNV";
	const PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesNV list_shapes =
		api->GetPhysicalDeviceCooperativeMatrixPropertiesNV;
	VkcResult result;
	VkCooperativeMatrixPropertiesNV *shapes = NULL;
	uint32_t count = 0;
	*found = false;
	if (!list_shapes)
		return VKC_SUCCESS;
	TRY(status_check(error, list_shapes(handle, &count, NULL), function));
	if (!count)
		return VKC_SUCCESS;
	shapes = calloc(count, sizeof(*shapes));
	if (!shapes)
		return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left for a list of %u matrix shapes: free some.",
		                 count);
	for (uint32_t i = 0; i < count; i++)
		shapes[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV;
	TRY(status_check(error, list_shapes(handle, &count, shapes), function));
	for (uint32_t i = 0; i < count; i++)
		*found |= is_used_shape(&shapes[i]);
error:
	free(shapes);
	return result;
}

static VkcResult find_matrices(const struct vulkan_api *api, VkPhysicalDevice handle,
                               const struct extensions *extensions, bool *found,
                               struct error *error)
{
	*found = false;
	for (size_t i = 0; i < MATRIX_EXTENSIONS; i++)
		if (!has_extension(extensions, matrix_extensions[i]))
			return VKC_SUCCESS;
	if (!has_matrix_features(api, handle) || !in_compute_shaders(api, handle))
		return VKC_SUCCESS;
	return find_shape(api, handle, found, error);
}

/* ---- All features --------------------------------------------------------------- */

static void find_properties(const struct vulkan_api *api,
                            const struct physical_device *physical_device,
                            struct features *features)
{
	VkPhysicalDeviceMaintenance3Properties maintenance = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
	VkPhysicalDeviceSubgroupProperties subgroup = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES, .pNext = &maintenance};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &subgroup};
	api->GetPhysicalDeviceProperties2(physical_device->handle, &properties);
	features->allocation = maintenance.maxMemoryAllocationSize;
	features->subgroup_size = subgroup.subgroupSize;
	const VkSubgroupFeatureFlags needed =
		VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_ARITHMETIC_BIT;
	features->subgroup_arithmetic = (subgroup.supportedOperations & needed) == needed &&
	                                (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT);

	VkFormatProperties format;
	api->GetPhysicalDeviceFormatProperties(physical_device->handle, TEXEL_FORMAT, &format);
	if (format.bufferFeatures & VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT)
		features->texel_elements = physical_device->properties.limits.maxTexelBufferElements;
}

VkcResult features_find(const struct instance *instance,
                        const struct physical_device *physical_device, struct features *features,
                        struct error *error)
{
	VkcResult result;
	const struct vulkan_api *api = &instance->api;
	VkPhysicalDevice handle = physical_device->handle;
	struct extensions extensions;
	*features = (struct features){0};
	find_properties(api, physical_device, features);
	VkPhysicalDeviceFeatures core;
	api->GetPhysicalDeviceFeatures(handle, &core);
	features->int64 = core.shaderInt64;
	TRY(list_extensions(api, handle, &extensions, error));
	features->portability_subset = has_extension(&extensions, portability_extension);
	TRY(find_matrices(api, handle, &extensions, &features->int8_matrices, error));
error:
	free(extensions.list);
	return result;
}

void features_enable(const struct features *features, struct enabled_features *enabled,
                     VkDeviceCreateInfo *info)
{
	uint32_t count = 0;
	*enabled = (struct enabled_features){.core = {.shaderInt64 = features->int64}};
	if (features->portability_subset)
		enabled->extensions[count++] = portability_extension;
	if (features->int8_matrices) {
		for (size_t i = 0; i < MATRIX_EXTENSIONS; i++)
			enabled->extensions[count++] = matrix_extensions[i];
		info->pNext = chain_matrices(enabled, VK_TRUE);
	}
	info->enabledExtensionCount = count;
	info->ppEnabledExtensionNames = enabled->extensions;
	info->pEnabledFeatures = &enabled->core;
}
