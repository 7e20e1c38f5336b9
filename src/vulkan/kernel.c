/* SPDX-License-Identifier: MIT */
#include "vulkan/kernel.h"

#include <string.h>

static VkDescriptorType binding_type(char letter)
{
	return letter == 't' ? VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER
	                     : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
}

static VkcResult create_layouts(struct device *device, struct kernel *kernel)
{
	VkcResult result;
	VkDescriptorSetLayoutBinding bindings[KERNEL_MAX_BINDINGS];
	for (uint32_t i = 0; i < kernel->num_bindings; i++)
		bindings[i] = (VkDescriptorSetLayoutBinding){
			.binding = i,
			.descriptorType = binding_type(kernel->bindings[i]),
			.descriptorCount = 1,
			.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		};
	VkDescriptorSetLayoutCreateInfo set_layout = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.bindingCount = kernel->num_bindings,
		.pBindings = bindings,
	};
	VK_CREATE(device, kernel->set_layout,
	          CreateDescriptorSetLayout(device->handle, &set_layout, NULL, &kernel->set_layout));
	VkPushConstantRange push = {
		.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		.size = kernel->push_bytes,
	};
	VkPipelineLayoutCreateInfo layout = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = 1,
		.pSetLayouts = &kernel->set_layout,
		.pushConstantRangeCount = 1,
		.pPushConstantRanges = &push,
	};
	VK_CREATE(device, kernel->layout,
	          CreatePipelineLayout(device->handle, &layout, NULL, &kernel->layout));
error:
	return result;
}

VkcResult kernel_create(struct device *device, const struct kernel_source *source,
                        struct kernel *kernel)
{
	VkcResult result;
	const struct vulkan_device_functions *vk = &device->vk;
	VkShaderModule module = VK_NULL_HANDLE;
	*kernel = (struct kernel){.push_bytes = source->push_bytes};
	memcpy(kernel->bindings, source->bindings, sizeof(kernel->bindings));
	kernel->num_bindings = (uint32_t)strlen(kernel->bindings);
	TRY(create_layouts(device, kernel));

	VkShaderModuleCreateInfo module_info = {
		.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = source->num_words * sizeof(uint32_t),
		.pCode = source->words,
	};
	VK_CREATE(device, module, CreateShaderModule(device->handle, &module_info, NULL, &module));

	VkSpecializationMapEntry entries[KERNEL_MAX_CONSTANTS];
	for (uint32_t i = 0; i < source->num_constants; i++)
		entries[i] = (VkSpecializationMapEntry){
			.constantID = i,
			.offset = i * (uint32_t)sizeof(uint32_t),
			.size = sizeof(uint32_t),
		};
	VkSpecializationInfo specialization = {
		.mapEntryCount = source->num_constants,
		.pMapEntries = entries,
		.dataSize = source->num_constants * sizeof(uint32_t),
		.pData = source->constants,
	};
	VkComputePipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
		.stage =
			{
				.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
				.stage = VK_SHADER_STAGE_COMPUTE_BIT,
				.module = module,
				.pName = "main",
				.pSpecializationInfo = &specialization,
			},
		.layout = kernel->layout,
	};
	VK_CREATE(device, kernel->pipeline,
	          CreateComputePipelines(device->handle, device->pipeline_cache, 1, &info, NULL,
	                                 &kernel->pipeline));
error:
	if (module)
		vk->DestroyShaderModule(device->handle, module, NULL);
	if (result != VKC_SUCCESS)
		kernel_destroy(device, kernel);
	return result;
}

void kernel_destroy(struct device *device, struct kernel *kernel)
{
	const struct vulkan_device_functions *vk = &device->vk;
	if (device->abandoned) {
		*kernel = (struct kernel){0};
		return;
	}
	if (kernel->pipeline)
		vk->DestroyPipeline(device->handle, kernel->pipeline, NULL);
	if (kernel->layout)
		vk->DestroyPipelineLayout(device->handle, kernel->layout, NULL);
	if (kernel->set_layout)
		vk->DestroyDescriptorSetLayout(device->handle, kernel->set_layout, NULL);
	*kernel = (struct kernel){0};
}
