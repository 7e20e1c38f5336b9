/* SPDX-License-Identifier: MIT */
#include "vulkan/stream.h"

#include <string.h>

#include "base/clock.h"

/* A submission is planned to take a fraction of a second. One that takes this long hangs. */
#define HANG_SECONDS 120.0
#define WAIT_NANOSECONDS 500000000ull
#define RETRY_NANOSECONDS 5000000ull /* delay after a failed wait */
#define DESCRIPTORS_PER_SLOT (STREAM_DISPATCHES * 8)

static VkcResult slot_open(struct stream *stream, struct slot *slot)
{
	VkcResult result;
	struct device *device = stream->device;
	VkCommandPoolCreateInfo pool = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
		.queueFamilyIndex = device->queue_family,
	};
	VK_CREATE(device, slot->pool, CreateCommandPool(device->handle, &pool, NULL, &slot->pool));
	VkCommandBufferAllocateInfo commands = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandPool = slot->pool,
		.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
		.commandBufferCount = 1,
	};
	VK_CREATE(device, slot->commands,
	          AllocateCommandBuffers(device->handle, &commands, &slot->commands));
	VkDescriptorPoolSize sizes[] = {
		{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, DESCRIPTORS_PER_SLOT},
		{VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, DESCRIPTORS_PER_SLOT},
	};
	VkDescriptorPoolCreateInfo descriptors = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = STREAM_DISPATCHES,
		.poolSizeCount = 2,
		.pPoolSizes = sizes,
	};
	VK_CREATE(device, slot->descriptors,
	          CreateDescriptorPool(device->handle, &descriptors, NULL, &slot->descriptors));
	VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
	VK_CREATE(device, slot->fence, CreateFence(device->handle, &fence, NULL, &slot->fence));
error:
	return result;
}

VkcResult stream_open(struct stream *stream, struct device *device)
{
	*stream = (struct stream){.device = device, .next_ticket = 1};
	for (int i = 0; i < STREAM_SLOTS; i++) {
		VkcResult result = slot_open(stream, &stream->slots[i]);
		if (result != VKC_SUCCESS) {
			stream_close(stream);
			return result;
		}
	}
	return VKC_SUCCESS;
}

void stream_close(struct stream *stream)
{
	if (!stream->device)
		return;
	VkDevice device = stream->device->handle;
	const struct vulkan_device_functions *vk = &stream->device->vk;
	(void)stream_drain(stream);
	for (int i = 0; i < STREAM_SLOTS && !stream->device->abandoned; i++) {
		struct slot *slot = &stream->slots[i];
		if (slot->fence)
			vk->DestroyFence(device, slot->fence, NULL);
		if (slot->descriptors)
			vk->DestroyDescriptorPool(device, slot->descriptors, NULL);
		if (slot->pool)
			vk->DestroyCommandPool(device, slot->pool, NULL);
	}
	*stream = (struct stream){0};
}

/* The time to wait for the device, in seconds. */
static double timeout_seconds(const struct device *device)
{
	return device->tuning.hang_ms ? device->tuning.hang_ms * 1e-3 : HANG_SECONDS;
}

/* Deducts the time since `begin` from *seconds_left, but at most max_nanoseconds, the length of the
 * wait: a process that was suspended (Ctrl-Z, a debugger) did not wait for the device. */
static void deduct_elapsed(double *seconds_left, double begin, uint64_t max_nanoseconds)
{
	double passed = seconds_now() - begin;
	double max = (double)max_nanoseconds * 1e-9;
	*seconds_left -= passed < max ? passed : max;
}

/* The device may keep using its buffers forever, so nothing of it may be touched again. */
static VkcResult abandon(struct device *device)
{
	device->lost = true;
	device->abandoned = true;
	return error_set(device->error, VKC_ERROR_DEVICE_LOST,
	                 "The device did not signal the end of its work within %g s: the driver hangs "
	                 "or fails; destroy the context and make a new one, or run the program again.",
	                 timeout_seconds(device));
}

/* *seconds_left: the time left until the device counts as hanging. */
static VkcResult slot_wait(struct stream *stream, struct slot *slot, double *seconds_left)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = stream->device;
	if (!slot->pending)
		return VKC_SUCCESS;
	bool waited = false;
	VkResult status = device->vk.WaitForFences(device->handle, 1, &slot->fence, VK_TRUE, 0);
	while (status == VK_TIMEOUT) {
		waited = true;
		if (*seconds_left <= 0.0)
			return abandon(device);
		double begin = seconds_now();
		status = device->vk.WaitForFences(device->handle, 1, &slot->fence, VK_TRUE,
		                                  WAIT_NANOSECONDS);
		deduct_elapsed(seconds_left, begin, WAIT_NANOSECONDS);
	}
	TRY(device_check(device, status, "vkWaitForFences"));
	slot->pending = false;
	double now = seconds_now();
	double begin = slot->submitted > stream->last_end ? slot->submitted : stream->last_end;
	stream->last_seconds = now - begin;
	stream->last_is_exact = waited;
	stream->last_end = now;
error:
	return result;
}

static void barrier(struct stream *stream, VkPipelineStageFlags to, VkAccessFlags access)
{
	VkMemoryBarrier memory = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
		.dstAccessMask = access,
	};
	stream->device->vk.CmdPipelineBarrier(
		stream->recording->commands,
		VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT, to, 0, 1,
		&memory, 0, NULL, 0, NULL);
}

void stream_barrier(struct stream *stream)
{
	barrier(stream,
	        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT |
	            VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT,
	        VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT |
	            VK_ACCESS_TRANSFER_WRITE_BIT | VK_ACCESS_INDIRECT_COMMAND_READ_BIT);
}

VkcResult stream_begin(struct stream *stream)
{
	VkcResult result;
	struct device *device = stream->device;
	struct slot *slot = &stream->slots[stream->next_ticket % STREAM_SLOTS];
	double seconds_left = timeout_seconds(device);
	TRY(slot_wait(stream, slot, &seconds_left));
	slot->num_dispatches = 0;
	slot->num_sets = 0;
	memset(slot->cached_sets, 0, sizeof(slot->cached_sets));
	VK(device, ResetCommandPool(device->handle, slot->pool, 0));
	VK(device, ResetDescriptorPool(device->handle, slot->descriptors, 0));
	VkCommandBufferBeginInfo begin = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
	};
	VK(device, BeginCommandBuffer(slot->commands, &begin));
	stream->recording = slot;
	stream_barrier(stream);
error:
	return result;
}

static void write_set(struct stream *stream, const struct kernel *kernel,
                      const struct binding *bindings, VkDescriptorSet set)
{
	VkDescriptorBufferInfo buffers[KERNEL_MAX_BINDINGS];
	VkWriteDescriptorSet writes[KERNEL_MAX_BINDINGS];
	for (uint32_t i = 0; i < kernel->num_bindings; i++) {
		const struct binding *binding = &bindings[i];
		writes[i] = (VkWriteDescriptorSet){
			.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstSet = set,
			.dstBinding = i,
			.descriptorCount = 1,
		};
		if (kernel->bindings[i] == 't') {
			writes[i].descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
			writes[i].pTexelBufferView = &binding->buffer->view;
		} else {
			buffers[i] = (VkDescriptorBufferInfo){
				.buffer = binding->buffer->handle,
				.offset = binding->offset,
				.range = binding->size ? binding->size
			                           : binding->buffer->size - binding->offset,
			};
			writes[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
			writes[i].pBufferInfo = &buffers[i];
		}
	}
	stream->device->vk.UpdateDescriptorSets(stream->device->handle, kernel->num_bindings,
	                                        writes, 0, NULL);
}

static bool same_bindings(const struct kernel *kernel, const struct binding *a,
                          const struct binding *b)
{
	for (uint32_t i = 0; i < kernel->num_bindings; i++)
		if (a[i].buffer != b[i].buffer || a[i].offset != b[i].offset || a[i].size != b[i].size)
			return false;
	return true;
}

static VkcResult find_set(struct stream *stream, const struct kernel *kernel,
                          const struct binding *bindings, VkDescriptorSet *set)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = stream->device;
	struct slot *slot = stream->recording;
	const uint32_t num_cached = sizeof(slot->cached_sets) / sizeof(slot->cached_sets[0]);
	for (uint32_t i = 0; i < num_cached; i++) {
		if (slot->cached_sets[i].layout == kernel->set_layout &&
		    same_bindings(kernel, slot->cached_sets[i].bindings, bindings)) {
			*set = slot->cached_sets[i].handle;
			return VKC_SUCCESS;
		}
	}
	VkDescriptorSetAllocateInfo allocate = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorPool = slot->descriptors,
		.descriptorSetCount = 1,
		.pSetLayouts = &kernel->set_layout,
	};
	VK(device, AllocateDescriptorSets(device->handle, &allocate, set));
	write_set(stream, kernel, bindings, *set);
	struct cached_set *entry = &slot->cached_sets[slot->num_sets++ % num_cached];
	entry->handle = *set;
	entry->layout = kernel->set_layout;
	memcpy(entry->bindings, bindings, kernel->num_bindings * sizeof(*bindings));
error:
	return result;
}

/* Binds the pipeline, the descriptor set and the push constants of a dispatch. */
static VkcResult bind(struct stream *stream, const struct kernel *kernel,
                      const struct binding *bindings, const void *push)
{
	VkcResult result;
	const struct vulkan_device_functions *vk = &stream->device->vk;
	VkDescriptorSet set;
	if (stream->recording->num_dispatches == STREAM_DISPATCHES) {
		TRY(stream_submit(stream, NULL));
		TRY(stream_begin(stream));
	}
	TRY(find_set(stream, kernel, bindings, &set));
	struct slot *slot = stream->recording;
	slot->num_dispatches++;
	vk->CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->pipeline);
	vk->CmdBindDescriptorSets(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->layout, 0,
	                          1, &set, 0, NULL);
	vk->CmdPushConstants(slot->commands, kernel->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
	                     kernel->push_bytes, push);
error:
	return result;
}

VkcResult stream_dispatch(struct stream *stream, const struct kernel *kernel,
                          const struct binding *bindings, const void *push, uint32_t groups_x,
                          uint32_t groups_y)
{
	VkcResult result = bind(stream, kernel, bindings, push);
	if (result == VKC_SUCCESS)
		stream->device->vk.CmdDispatch(stream->recording->commands, groups_x, groups_y, 1);
	return result;
}

VkcResult stream_dispatch_indirect(struct stream *stream, const struct kernel *kernel,
                                   const struct binding *bindings, const void *push,
                                   const struct buffer *groups, uint64_t offset)
{
	VkcResult result = bind(stream, kernel, bindings, push);
	if (result == VKC_SUCCESS)
		stream->device->vk.CmdDispatchIndirect(stream->recording->commands, groups->handle,
		                                       offset);
	return result;
}

void stream_copy(struct stream *stream, const struct buffer *from, uint64_t from_offset,
                 const struct buffer *to, uint64_t to_offset, uint64_t size)
{
	VkBufferCopy region = {.srcOffset = from_offset, .dstOffset = to_offset, .size = size};
	stream->device->vk.CmdCopyBuffer(stream->recording->commands, from->handle, to->handle, 1,
	                                 &region);
}

void stream_zero(struct stream *stream, const struct buffer *buffer, uint64_t size)
{
	stream->device->vk.CmdFillBuffer(stream->recording->commands, buffer->handle, 0, size, 0);
}

void stream_update(struct stream *stream, const struct buffer *buffer, uint64_t offset,
                   const void *data, uint64_t size)
{
	const uint64_t max = 65536; /* maximum size of one vkCmdUpdateBuffer() */
	for (uint64_t done = 0; done < size; done += max)
		stream->device->vk.CmdUpdateBuffer(stream->recording->commands, buffer->handle,
		                                   offset + done, size - done < max ? size - done : max,
		                                   (const char *)data + done);
}

VkcResult stream_submit(struct stream *stream, uint64_t *ticket)
{
	VkcResult result;
	struct device *device = stream->device;
	struct slot *slot = stream->recording;
	barrier(stream, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
	stream->recording = NULL;
	VK(device, EndCommandBuffer(slot->commands));
	VK(device, ResetFences(device->handle, 1, &slot->fence));
	VkSubmitInfo submit = {
		.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.commandBufferCount = 1,
		.pCommandBuffers = &slot->commands,
	};
	VK(device, QueueSubmit(device->queue, 1, &submit, slot->fence));
	slot->pending = true;
	slot->submitted = seconds_now();
	slot->ticket = stream->next_ticket++;
	if (ticket)
		*ticket = slot->ticket;
error:
	return result;
}

VkcResult stream_wait(struct stream *stream, uint64_t ticket)
{
	struct slot *slot = &stream->slots[ticket % STREAM_SLOTS];
	double seconds_left = timeout_seconds(stream->device);
	return slot->ticket == ticket ? slot_wait(stream, slot, &seconds_left) : VKC_SUCCESS;
}

/* Waits until the slot's submission has ended or the device is lost, even if single waits fail. */
static void slot_drain(struct stream *stream, struct slot *slot, double *seconds_left)
{
	struct device *device = stream->device;
	while (slot->pending && !device->abandoned) {
		if (slot_wait(stream, slot, seconds_left) == VKC_SUCCESS || device->abandoned)
			return;
		if (device->lost) {
			/* A lost device no longer uses anything. */
			slot->pending = false;
		} else if (*seconds_left <= 0.0) {
			(void)abandon(device);
		} else {
			const struct timespec pause = {.tv_nsec = RETRY_NANOSECONDS};
			double begin = seconds_now();
			(void)nanosleep(&pause, NULL);
			deduct_elapsed(seconds_left, begin, RETRY_NANOSECONDS);
		}
	}
}

VkcResult stream_drain(struct stream *stream)
{
	struct device *device = stream->device;
	const bool lost = device->lost;
	const struct error previous_error = *device->error;
	double seconds_left = timeout_seconds(device);
	stream->recording = NULL;
	for (uint64_t i = 0; i < STREAM_SLOTS; i++)
		/* Oldest slot first. */
		slot_drain(stream, &stream->slots[(stream->next_ticket + i) % STREAM_SLOTS], &seconds_left);
	if (device->lost == lost)
		*device->error = previous_error;
	return device->lost ? VKC_ERROR_DEVICE_LOST : VKC_SUCCESS;
}
