/* SPDX-License-Identifier: MIT */
#include "vulkan/shader_variant.h"

#include <stdarg.h>
#include <string.h>

#include "shaders.h"

VkcResult variant_find(struct device *device, struct kernel_source *source, const char *format,
                       ...)
{
	char name[64];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(name, sizeof(name), format, arguments);
	va_end(arguments);
	for (const struct vkc_shader *shader = vkc_shaders; shader->name; shader++) {
		if (!strcmp(shader->name, name)) {
			source->words = shader->words;
			source->num_words = shader->count;
			return VKC_SUCCESS;
		}
	}
	return error_set(device->error, VKC_ERROR_INTERNAL,
	                 "The library was built without its kernel %s: rebuild it from clean sources.",
	                 name);
}

const char *variant_integers(const struct device *device)
{
	return device->limits.int64 ? "i64" : "i32";
}

const char *variant_loads(const struct device *device)
{
	return device->limits.texel_elements ? "texel" : "storage";
}

const char *variant_reduction(const struct device *device)
{
	return device->limits.subgroup_size ? "subgroup" : "tree";
}
