/* SPDX-License-Identifier: MIT
 *
 * devices: lists the devices and marks the default.
 */
#include "commands/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_out.h"
#include "base/library.h"
#include "base/message.h"
#include "vulkan_compute.h"

static const char *kind(VkcDeviceType type)
{
	switch (type) {
	case VKC_DEVICE_INTEGRATED_GPU:
		return "integrated GPU";
	case VKC_DEVICE_DISCRETE_GPU:
		return "discrete GPU";
	case VKC_DEVICE_VIRTUAL_GPU:
		return "virtual GPU";
	case VKC_DEVICE_CPU:
		return "CPU";
	case VKC_DEVICE_OTHER:
	default:
		return "other";
	}
}

/* major.minor.patch as Vulkan packs it. */
static void version_text(uint32_t version, char text[32])
{
	snprintf(text, 32, "%u.%u.%u", version >> 22 & 0x7f, version >> 12 & 0x3ff, version & 0xfff);
}

static void print_text(const VkcDeviceInfo *devices, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		char version[32];

		version_text(devices[i].api_version, version);
		printf("%c %" PRIu32 ": %s (%s)\n", devices[i].is_default ? '*' : ' ', devices[i].index,
		       devices[i].name, kind(devices[i].type));
		printf("      Vulkan %s%s%s, %.1f GiB of memory, 64-bit integers: %s\n", version,
		       devices[i].driver[0] ? ", " : "", devices[i].driver,
		       (double)devices[i].memory_bytes / (1 << 30), devices[i].has_int64 ? "yes" : "no");
	}
	printf("* is the one that would be used.\n");
}

static int print_json(const struct command_line *options, const VkcDeviceInfo *devices,
                      uint32_t count)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; list && i < count; i++) {
		char version[32];

		version_text(devices[i].api_version, version);
		if (json_array_append_new(
				list, json_pack("{s:I, s:o, s:s, s:b, s:o, s:s, s:I, s:b}",
		                        "index", (json_int_t)devices[i].index,
		                        "name", json_text(devices[i].name),
		                        "type", kind(devices[i].type),
		                        "default", (int)devices[i].is_default,
		                        "driver", json_text(devices[i].driver),
		                        "vulkan", version,
		                        "memory_bytes", (json_int_t)devices[i].memory_bytes,
		                        "int64", (int)devices[i].has_int64)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return json_print(options, list, "\n");
}

static int list(const struct command_line *options, VkcDeviceInfo **devices, uint32_t *count)
{
	uint32_t i;

	if (vkc_list_devices(count, NULL) != VKC_SUCCESS) {
		message_error(options, "%s", library_failure(NULL));
		return EXIT_FAILED;
	}
	/* One more than needed, because calloc(0) may return NULL. */
	*devices = calloc(*count + 1, sizeof(**devices));
	if (!*devices) {
		message_error(options, "there is not enough memory for the list of devices");
		return EXIT_FAILED;
	}
	for (i = 0; i < *count; i++)
		(*devices)[i].struct_size = sizeof(**devices);
	if (vkc_list_devices(count, *devices) != VKC_SUCCESS) {
		message_error(options, "%s", library_failure(NULL));
		return EXIT_FAILED;
	}
	return EXIT_GOOD;
}

/* The library marks the device that it would choose. If it marks none, opening one fails, and its
 * message says why. */
static int check_choice(const struct command_line *options, const VkcDeviceInfo *devices,
                        uint32_t count)
{
	VkcOptions choice = {.struct_size = sizeof(choice), .device = options->device};
	VkComputeContext *context;
	uint32_t i;

	for (i = 0; i < count; i++)
		if (devices[i].is_default)
			return EXIT_GOOD;
	if (vkc_init_with_options(&choice, &context) == VKC_SUCCESS) {
		vkc_destroy(context);
		return EXIT_GOOD;
	}
	message_error(options, "%s", library_failure(NULL));
	return EXIT_FAILED;
}

int command_devices(const struct command_line *options)
{
	const char *format = options->format ? options->format : "text";
	VkcDeviceInfo *devices = NULL;
	uint32_t count = 0;
	int status;

	if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return message_usage(options, "--format takes text or json, not '%s'", format);
	/* vkc_list_devices() takes the choice only from the environment. */
	if (options->device && setenv("VKC_DEVICE", options->device, 1) != 0) {
		message_error(options, "there is not enough memory for the name of the device");
		return EXIT_FAILED;
	}
	status = list(options, &devices, &count);
	if (status == EXIT_GOOD)
		status = check_choice(options, devices, count);
	if (status == EXIT_GOOD && strcmp(format, "json") == 0)
		status = print_json(options, devices, count);
	else if (status == EXIT_GOOD)
		print_text(devices, count);
	free(devices);
	return status == EXIT_GOOD ? json_flush(options) : status;
}
