/* SPDX-License-Identifier: MIT */
#include "vulkan/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "vulkan/status.h"

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *user)
{
	(void)severity;
	(void)types;
	struct instance *instance = user;
	pthread_mutex_lock(&instance->mutex);
	if (!instance->has_validation_message)
		snprintf(instance->validation_message, sizeof(instance->validation_message), "%s",
		         data->pMessage);
	instance->has_validation_message = true;
	pthread_mutex_unlock(&instance->mutex);
	return VK_FALSE;
}

bool instance_take_validation_message(struct instance *instance, struct error *error)
{
	pthread_mutex_lock(&instance->mutex);
	bool has_validation_message = instance->has_validation_message;
	if (has_validation_message)
		error_set(error, VKC_ERROR_INTERNAL, "The validation layer reports: %s",
		          instance->validation_message);
	instance->has_validation_message = false;
	pthread_mutex_unlock(&instance->mutex);
	return has_validation_message;
}

/* Lists the loader's environment variables that are set and may hide every driver. */
static void list_loader_variables(char *text, size_t size)
{
	static const char *const names[] = {"VK_DRIVER_FILES", "VK_ICD_FILENAMES",
	                                    "VK_LOADER_DRIVERS_SELECT", "VK_LOADER_DRIVERS_DISABLE"};
	static const char cut_short[] = "…";
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && used < size; i++) {
		const char *value = options_environment(names[i]);
		if (value)
			used += (size_t)snprintf(text + used, size - used, "%s%s='%s'", used ? ", " : "",
			                         names[i], value);
	}
	if (used >= size)
		memcpy(text + size - sizeof(cut_short), cut_short, sizeof(cut_short));
}

VkcResult instance_no_driver(struct error *error, VkcResult result, const char *what)
{
	char variables[640];
	list_loader_variables(variables, sizeof(variables));
	bool none = !variables[0];
	return error_set(error, result,
	                 "%s: %s%s%sinstall a driver (Debian and Ubuntu: mesa-vulkan-drivers, which "
	                 "runs on any CPU) and check it with vulkaninfo.",
	                 what,
	                 none ? "" : "correct or unset the variables that tell the Vulkan loader which "
	                             "drivers to load (",
	                 variables, none ? "" : "), or ");
}

static VkcResult creation_failed(struct error *error, VkResult status)
{
	VkcResult result = VKC_ERROR_NO_DEVICE;
	if (status == VK_ERROR_OUT_OF_HOST_MEMORY)
		result = VKC_ERROR_OUT_OF_HOST_MEMORY;
	else if (status == VK_ERROR_OUT_OF_DEVICE_MEMORY)
		result = VKC_ERROR_OUT_OF_DEVICE_MEMORY;
	char what[160];
	snprintf(what, sizeof(what), "There is no working Vulkan 1.1 driver (the loader reports %s)",
	         vulkan_result_name(status));
	return instance_no_driver(error, result, what);
}

/* Whether the loader, or the given layer, offers an instance extension. */
static VkcResult has_extension(struct vulkan_api *api, const char *layer, const char *name,
                               bool *found, struct error *error)
{
	*found = false;
	VkExtensionProperties *extensions = NULL;
	uint32_t count = 0;
	VkResult status;
	do {
		status = api->EnumerateInstanceExtensionProperties(layer, &count, NULL);
		if (status != VK_SUCCESS)
			break;
		free(extensions);
		extensions = calloc(count + 1, sizeof(*extensions));
		if (!extensions)
			return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
			                 "The host has no memory left for a list of %u Vulkan extensions: "
			                 "free some.",
			                 count);
		status = api->EnumerateInstanceExtensionProperties(layer, &count, extensions);
	} while (status == VK_INCOMPLETE); /* the number has grown between the two calls */
	for (uint32_t i = 0; status == VK_SUCCESS && i < count; i++)
		*found |= !strcmp(extensions[i].extensionName, name);
	free(extensions);
	return status == VK_SUCCESS ? VKC_SUCCESS : creation_failed(error, status);
}

static VkcResult create_instance(struct instance *instance, bool validation, struct error *error)
{
	struct vulkan_api *api = &instance->api;
	uint32_t version = 0;
	VkResult status = api->EnumerateInstanceVersion(&version);
	if (status != VK_SUCCESS)
		return creation_failed(error, status);
	if (version < VK_API_VERSION_1_1)
		return error_set(error, VKC_ERROR_NO_DEVICE,
		                 "The Vulkan loader is version %u.%u, older than 1.1: install a "
		                 "current one (Debian and Ubuntu: libvulkan1).",
		                 VK_API_VERSION_MAJOR(version), VK_API_VERSION_MINOR(version));

	const char *extensions[2];
	uint32_t num_extensions = 0;
	VkInstanceCreateFlags flags = 0;
	bool found;
	VkcResult result = has_extension(api, NULL, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME,
	                                 &found, error);
	if (result != VKC_SUCCESS)
		return result;
	if (found) {
		extensions[num_extensions++] = VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME;
		flags |= VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR;
	}
	if (validation)
		extensions[num_extensions++] = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;

	static const char *const layers[] = {VALIDATION_LAYER};
	static const VkValidationFeatureEnableEXT enables[] = {
		VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
	VkDebugUtilsMessengerCreateInfoEXT messenger = {
		.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
		.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
	                       VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
		.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
		.pfnUserCallback = on_message,
		.pUserData = instance,
	};
	VkValidationFeaturesEXT features = {
		.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
		.pNext = &messenger,
		.enabledValidationFeatureCount = 1,
		.pEnabledValidationFeatures = enables,
	};
	VkApplicationInfo application = {
		.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pEngineName = "vulkan_compute",
		.engineVersion = VKC_VERSION,
		.apiVersion = VK_API_VERSION_1_1,
	};
	VkInstanceCreateInfo create = {
		.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pNext = validation ? &features : NULL,
		.flags = flags,
		.pApplicationInfo = &application,
		.enabledLayerCount = validation,
		.ppEnabledLayerNames = layers,
		.enabledExtensionCount = num_extensions,
		.ppEnabledExtensionNames = extensions,
	};
	status = api->CreateInstance(&create, NULL, &instance->handle);
	if (status != VK_SUCCESS) {
		instance->handle = VK_NULL_HANDLE;
		instance->no_driver = status == VK_ERROR_INCOMPATIBLE_DRIVER;
		if (status == VK_ERROR_LAYER_NOT_PRESENT)
			return error_set(error, VKC_ERROR_NO_DEVICE,
			                 "Validation is enabled (VKC_VALIDATION), but the layer %s is not "
			                 "installed: install it (Debian and Ubuntu: vulkan-validationlayers), "
			                 "or disable validation.",
			                 VALIDATION_LAYER);
		return creation_failed(error, status);
	}
	loader_pin_drivers();
	result = loader_load_instance(api, instance->handle, error);
	if (result != VKC_SUCCESS || !validation)
		return result;
	if (!api->CreateDebugUtilsMessengerEXT || !api->DestroyDebugUtilsMessengerEXT)
		return error_set(error, VKC_ERROR_INTERNAL,
		                 "The Vulkan instance lacks the functions of VK_EXT_debug_utils that "
		                 "validation needs: disable validation (VKC_VALIDATION).");
	status = api->CreateDebugUtilsMessengerEXT(instance->handle, &messenger, NULL,
	                                           &instance->messenger);
	if (status == VK_SUCCESS)
		return VKC_SUCCESS;
	instance->messenger = VK_NULL_HANDLE;
	return creation_failed(error, status);
}

VkcResult instance_open(struct instance *instance, bool validation, struct error *error)
{
	*instance = (struct instance){0};
	if (pthread_mutex_init(&instance->mutex, NULL))
		return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left for a mutex: free some.");
	instance->mutex_initialized = true;
	VkcResult result = loader_open(&instance->api, error);
	if (result == VKC_SUCCESS)
		result = create_instance(instance, validation, error);
	if (result == VKC_SUCCESS && instance_take_validation_message(instance, error))
		result = VKC_ERROR_INTERNAL;
	if (result != VKC_SUCCESS)
		instance_close(instance);
	return result;
}

void instance_close(struct instance *instance)
{
	if (instance->messenger)
		instance->api.DestroyDebugUtilsMessengerEXT(instance->handle, instance->messenger, NULL);
	if (instance->handle && instance->api.DestroyInstance)
		instance->api.DestroyInstance(instance->handle, NULL);
	loader_close(&instance->api);
	if (instance->mutex_initialized)
		pthread_mutex_destroy(&instance->mutex);
	*instance = (struct instance){.no_driver = instance->no_driver};
}

void instance_abandon(struct instance *instance)
{
	if (instance->messenger)
		instance->api.DestroyDebugUtilsMessengerEXT(instance->handle, instance->messenger, NULL);
	instance->messenger = VK_NULL_HANDLE;
}
