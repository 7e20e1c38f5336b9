/* SPDX-License-Identifier: MIT
 *
 * Work for the device, in order: dispatches and copies are recorded into one of a
 * few command buffers and submitted, so that the device computes one submission
 * while the host prepares or reads the next. How much goes into a submission is
 * the caller's choice; submit_budget.h finds it. */
#ifndef VKC_STREAM_H
#define VKC_STREAM_H

#include "vulkan/kernel.h"
#include "vulkan/buffer.h"

#define STREAM_SLOTS 4
#define STREAM_DISPATCHES 256 /* of one submission */

/* A part of a buffer, for one binding. Texel bindings take the whole view. */
struct binding {
	const struct buffer *buffer;
	uint64_t offset;
	uint64_t size; /* bytes; 0 = to the end, which must be within the storage range */
};

struct cached_set {
	VkDescriptorSet handle;
	VkDescriptorSetLayout layout;
	struct binding bindings[KERNEL_MAX_BINDINGS];
};

struct slot {
	VkCommandPool pool;
	VkCommandBuffer commands;
	VkDescriptorPool descriptors;
	VkFence fence;
	bool pending; /* submitted, and not known to have ended */
	uint64_t ticket;
	double submitted; /* seconds, monotonic */
	uint32_t num_dispatches;
	uint32_t num_sets;
	struct cached_set cached_sets[4]; /* sets of this submission, reused while bindings repeat */
};

struct stream {
	struct device *device;
	struct slot slots[STREAM_SLOTS];
	struct slot *recording; /* NULL between submissions */
	uint64_t next_ticket;   /* of the next submission; tickets begin at 1 */
	double last_end;        /* when the last submission was seen to end */
	double last_seconds;    /* how long it took, at most: the host may have come later */
	bool last_is_exact;     /* it did not: just that long */
};

VkcResult stream_open(struct stream *stream, struct device *device);
/* Waits for the device first, which may end with the device abandoned. Fine on a zeroed or
 * half-opened stream. */
void stream_close(struct stream *stream);

/* Begins a submission; waits where all slots are in flight. What is recorded sees
 * all that earlier submissions wrote. */
VkcResult stream_begin(struct stream *stream);

/* bindings: one per binding of the kernel. push: kernel->push_bytes bytes. Where the
 * submission is full it is submitted, and the next one begun. */
VkcResult stream_dispatch(struct stream *stream, const struct kernel *kernel,
                          const struct binding *bindings, const void *push, uint32_t groups_x,
                          uint32_t groups_y);

/* The same with as many workgroups as three words at `offset` bytes say then. */
VkcResult stream_dispatch_indirect(struct stream *stream, const struct kernel *kernel,
                                   const struct binding *bindings, const void *push,
                                   const struct buffer *groups, uint64_t offset);

/* Makes what was recorded so far visible to what is recorded next. */
void stream_barrier(struct stream *stream);

void stream_copy(struct stream *stream, const struct buffer *from, uint64_t from_offset,
                 const struct buffer *to, uint64_t to_offset, uint64_t size);

/* Fills the first `size` bytes, a multiple of 4, with zeros. */
void stream_zero(struct stream *stream, const struct buffer *buffer, uint64_t size);

/* Writes host data, read at once; offset and size are multiples of 4. */
void stream_update(struct stream *stream, const struct buffer *buffer, uint64_t offset,
                   const void *data, uint64_t size);

/* *ticket (may be NULL) is what stream_wait() takes. */
VkcResult stream_submit(struct stream *stream, uint64_t *ticket);

/* Waits until that submission has ended and its writes can be read on the host. */
VkcResult stream_wait(struct stream *stream, uint64_t ticket);

/* Waits for all submissions, and drops what is being recorded. Waits that fail are repeated:
 * what was submitted has ended afterwards, or the device is lost (the one failure there is;
 * only that changes the sentence), and perhaps abandoned. */
VkcResult stream_drain(struct stream *stream);

#endif
