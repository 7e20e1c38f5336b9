/* SPDX-License-Identifier: MIT
 *
 * Creating and destroying contexts. */
#include "api/context.h"

#include <stdlib.h>
#include <unistd.h>

#include "api/struct_size.h"

/* The process that first initialised a driver, or 0. Drivers keep threads and locks that do not
 * survive fork(), so a child process must not call them. */
static pid_t process_of_driver;

static VkcResult check_process(struct error *error, pid_t owner, const char *function)
{
	if (!owner || owner == getpid())
		return VKC_SUCCESS;
	return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
	                 "%s: this process was forked after Vulkan was initialised by process %ld, "
	                 "and a child cannot use its parent's device: initialise after fork(), or "
	                 "start the child with exec().",
	                 function, (long)owner);
}

VkcResult driver_check(struct error *error, const char *function)
{
	return check_process(error, __atomic_load_n(&process_of_driver, __ATOMIC_RELAXED), function);
}

void driver_claim(void)
{
	__atomic_store_n(&process_of_driver, getpid(), __ATOMIC_RELAXED);
}

VkcResult context_enter(VkComputeContext *ctx, const char *function)
{
	if (!ctx)
		return error_set(error_of_thread(), VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: ctx is NULL; it takes a context made by vkc_init().", function);
	VkcResult result = check_process(&ctx->error, ctx->process, function);
	if (result == VKC_SUCCESS && ctx->engine.device.lost)
		result = error_set(&ctx->error, VKC_ERROR_DEVICE_LOST,
		                   "%s: the device of this context was lost earlier: destroy the context "
		                   "and make a new one.",
		                   function);
	ctx->previous_error = ctx->error;
	return result;
}

VkcResult context_enter_uploaded(VkComputeContext *ctx, const char *function)
{
	VkcResult result = context_enter(ctx, function);
	if (result == VKC_SUCCESS && !ctx->rows.num_rows)
		result = error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                   "%s: nothing was uploaded yet: upload embeddings first.",
		                   function);
	return result;
}

VkcResult context_leave(VkComputeContext *ctx, VkcResult result)
{
	/* If the call failed, its own message is kept and the layer's message is dropped. */
	struct error validation_message;
	bool has_validation_message =
		instance_take_validation_message(&ctx->instance, &validation_message);
	if (result == VKC_SUCCESS) {
		ctx->error = has_validation_message ? validation_message : ctx->previous_error;
		return has_validation_message ? VKC_ERROR_INTERNAL : VKC_SUCCESS;
	}
	/* The device may be lost during the cleanup after another error. The message already says
	 * so. */
	return ctx->engine.device.lost ? VKC_ERROR_DEVICE_LOST : result;
}

static VkcResult open_device(VkComputeContext *ctx, const struct options *options)
{
	VkcResult result;
	struct physical_device *physical_devices = NULL;
	uint32_t count, chosen, default_index;
	TRY(instance_open(&ctx->instance, options->validation, &ctx->error));
	TRY(instance_physical_devices(&ctx->instance, &physical_devices, &count, &ctx->error));
	TRY(physical_device_choose(physical_devices, count, options->device, &chosen, &ctx->error));
	TRY(engine_open(&ctx->engine, &ctx->instance, &physical_devices[chosen], options, &ctx->error));
	physical_device_describe(&ctx->instance, &physical_devices[chosen], &ctx->info);
	ctx->info.index = chosen;
	/* An invalid VKC_DEVICE is not an error here: the options have already selected the device. */
	struct error ignored;
	ctx->info.is_default =
		physical_device_choose(physical_devices, count, options_environment("VKC_DEVICE"),
	                           &default_index, &ignored) == VKC_SUCCESS &&
		default_index == chosen;
error:
	free(physical_devices);
	return result;
}

VkComputeContext *vkc_init(void)
{
	VkComputeContext *ctx;
	(void)vkc_init_with_options(NULL, &ctx);
	return ctx;
}

static VkcResult read_options(const VkcOptions *given, struct options *options,
                              struct error *error)
{
	static const struct struct_type type = STRUCT_TYPE(VkcOptions, tuning);
	VkcOptions known;
	if (!given)
		return options_read(NULL, options, error);
	VkcResult result = struct_widen(error, "vkc_init_with_options", "options", &type, given,
	                                &known);
	return result == VKC_SUCCESS ? options_read(&known, options, error) : result;
}

VkcResult vkc_init_with_options(const VkcOptions *options, VkComputeContext **ctx)
{
	struct error *error = error_of_thread();
	struct options read;
	if (!ctx)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "vkc_init_with_options: ctx is NULL; it takes the address of a "
		                 "pointer for the new context.");
	*ctx = NULL;
	VkcResult result = driver_check(error, "vkc_init");
	if (result == VKC_SUCCESS)
		result = read_options(options, &read, error);
	if (result != VKC_SUCCESS)
		return result;
	VkComputeContext *created = calloc(1, sizeof(*created));
	if (!created)
		return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left for a context: free some.");
	created->process = getpid();
	driver_claim();
	result = open_device(created, &read);
	if (result == VKC_SUCCESS)
		result = gram_open(&created->gram, &created->engine, &created->rows);
	if (result == VKC_SUCCESS) {
		neighbors_open(&created->neighbors, &created->gram);
		strategies_open(&created->strategies, &created->gram);
		result = context_leave(created, VKC_SUCCESS);
	}
	if (result != VKC_SUCCESS) {
		*error = created->error;
		vkc_destroy(created);
		return result;
	}
	*ctx = created;
	return VKC_SUCCESS;
}

void vkc_destroy(VkComputeContext *ctx)
{
	if (!ctx)
		return;
	bool own_process = ctx->process == getpid();
	if (own_process)
		stream_close(&ctx->engine.stream);
	if (own_process && !ctx->engine.device.abandoned) {
		strategies_close(&ctx->strategies);
		neighbors_close(&ctx->neighbors);
		gram_close(&ctx->gram);
		if (ctx->engine.device.handle)
			rows_destroy(&ctx->engine.device, &ctx->rows);
		engine_close(&ctx->engine);
		instance_close(&ctx->instance);
	} else {
		if (own_process)
			instance_abandon(&ctx->instance);
		/* In a forked child, or if the device may still be running: free host memory only, and do
		 * not call the driver. */
		rows_free_host(&ctx->rows);
		gram_free_host(&ctx->gram);
		strategies_free_host(&ctx->strategies);
	}
	free(ctx);
}

const char *vkc_last_error(const VkComputeContext *ctx)
{
	return ctx ? ctx->error.text : error_of_thread()->text;
}
