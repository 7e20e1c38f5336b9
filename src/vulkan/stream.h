/* SPDX-License-Identifier: MIT
 *
 * An ordered stream of work for the device. Dispatches and copies are recorded into one of a few
 * command buffers and submitted, so that the device executes one submission while the host prepares
 * or reads another. The caller decides how much work goes into a submission, using
 * submit_budget.h. */
#ifndef VKC_STREAM_H
#define VKC_STREAM_H

#include "vulkan/kernel.h"
#include "vulkan/buffer.h"

#define STREAM_SLOTS 4
#define STREAM_DISPATCHES 256 /* maximum number per submission */

/* A range of a buffer for one binding. Texel buffer bindings always use the whole view. */
struct binding {
	const struct buffer *buffer;
	uint64_t offset;
	uint64_t size; /* bytes; 0 = to the end of the buffer, which must be within the storage range */
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
	double submitted; /* monotonic time in seconds */
	uint32_t num_dispatches;
	uint32_t num_sets;
	struct cached_set cached_sets[4]; /* sets of this submission, reused while bindings repeat */
};

struct stream {
	struct device *device;
	struct slot slots[STREAM_SLOTS];
	struct slot *recording; /* NULL between submissions */
	uint64_t next_ticket;   /* ticket of the next submission; tickets begin at 1 */
	double last_end;        /* when the end of the last submission was observed */
	double last_seconds;    /* its duration, or an upper bound if the host looked late */
	bool last_is_exact;     /* last_seconds is exact: the host was waiting when it ended */
};

VkcResult stream_open(struct stream *stream, struct device *device);
/* Waits for the device first; if that times out, the device is abandoned. A zeroed or half-opened
 * stream is allowed. */
void stream_close(struct stream *stream);

/* Begins a submission. Waits if all slots are in flight. The recorded commands see all writes of
 * earlier submissions. */
VkcResult stream_begin(struct stream *stream);

/* bindings: one for each binding of the kernel. push: kernel->push_bytes bytes. If the current
 * submission is full, submits it and begins the next one. */
VkcResult stream_dispatch(struct stream *stream, const struct kernel *kernel,
                          const struct binding *bindings, const void *push, uint32_t groups_x,
                          uint32_t groups_y);

/* Reads the number of workgroups from a VkDispatchIndirectCommand at `offset` bytes. */
VkcResult stream_dispatch_indirect(struct stream *stream, const struct kernel *kernel,
                                   const struct binding *bindings, const void *push,
                                   const struct buffer *groups, uint64_t offset);

/* Makes the writes of the commands recorded so far visible to the commands that follow. */
void stream_barrier(struct stream *stream);

void stream_copy(struct stream *stream, const struct buffer *from, uint64_t from_offset,
                 const struct buffer *to, uint64_t to_offset, uint64_t size);

/* Fills the first `size` bytes with zeros. size: a multiple of 4. */
void stream_zero(struct stream *stream, const struct buffer *buffer, uint64_t size);

/* Writes host data, which is copied immediately. offset and size: multiples of 4. */
void stream_update(struct stream *stream, const struct buffer *buffer, uint64_t offset,
                   const void *data, uint64_t size);

/* Ends and submits the recorded commands. *ticket identifies the submission for stream_wait();
 * ticket may be NULL. */
VkcResult stream_submit(struct stream *stream, uint64_t *ticket);

/* Waits until a submission has ended and the host can read its writes. */
VkcResult stream_wait(struct stream *stream, uint64_t ticket);

/* Waits for all submissions, and discards commands that are not submitted. Repeats waits that fail.
 * Afterwards all submissions have ended, or the device is lost and possibly abandoned. Losing the
 * device is the only failure, and the only case that changes the error message. */
VkcResult stream_drain(struct stream *stream);

#endif
