/* SPDX-License-Identifier: MIT
 *
 * Listing devices and describing the device of a context. */
#include <stdlib.h>

#include "api/context.h"
#include "api/struct_size.h"

static const struct struct_type info_type = STRUCT_TYPE(VkcDeviceInfo, driver);

VkcResult vkc_list_devices(uint32_t *count, VkcDeviceInfo *devices)
{
	static const char function[] = "vkc_list_devices";
	VkcResult result;
	struct error *error = error_of_thread();
	struct options options;
	struct instance instance = {0};
	struct physical_device *physical_devices = NULL;
	uint32_t found = 0;
	const struct error previous_error = *error;
	if (!count)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: count is NULL; it takes the address of a number.", function);
	if (devices)
		TRY(struct_check_array(error, function, "devices", &info_type, devices, *count));
	TRY(driver_check(error, function));
	TRY(options_read(NULL, &options, error));
	result = instance_open(&instance, options.validation, error);
	if (instance.no_driver) {
		*count = 0;
		*error = previous_error;
		return VKC_SUCCESS;
	}
	if (result != VKC_SUCCESS)
		return result;
	driver_claim();
	TRY(instance_physical_devices(&instance, &physical_devices, &found, error));
	if (devices) {
		uint32_t default_index = UINT32_MAX;
		struct error ignored;
		if (physical_device_choose(physical_devices, found, options.device, &default_index,
		                           &ignored) != VKC_SUCCESS)
			default_index = UINT32_MAX;
		found = found < *count ? found : *count;
		for (uint32_t i = 0; i < found; i++) {
			VkcDeviceInfo info;
			physical_device_describe(&instance, &physical_devices[i], &info);
			info.index = i;
			info.is_default = i == default_index;
			struct_narrow(&info, devices, i);
		}
	}
	*count = found;
error:
	free(physical_devices);
	if (instance.handle)
		instance_close(&instance);
	return result;
}

VkcResult vkc_get_device_info(const VkComputeContext *ctx, VkcDeviceInfo *info)
{
	static const char function[] = "vkc_get_device_info";
	/* A failure writes only the context's error message; the cast away from const is limited to
	 * that. */
	VkcResult result = context_enter((VkComputeContext *)ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	result = struct_check(&((VkComputeContext *)ctx)->error, function, "info", &info_type, info);
	if (result != VKC_SUCCESS)
		return result;
	VkcDeviceInfo known = ctx->info;
	known.memory_limit = ctx->engine.device.memory_limit;
	known.memory_used = ctx->engine.device.memory_used;
	struct_narrow(&known, info, 0);
	return VKC_SUCCESS;
}
