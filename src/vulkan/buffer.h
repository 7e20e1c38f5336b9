/* SPDX-License-Identifier: MIT
 *
 * Buffers with memory of their own, counted against the context's limit. */
#ifndef VKC_BUFFER_H
#define VKC_BUFFER_H

#include "vulkan/device.h"

enum buffer_use {
	BUFFER_DEVICE, /* read and written by kernels; mapped only where that costs nothing */
	BUFFER_STAGING /* mapped; copied from and to */
};

struct buffer {
	VkBuffer handle;
	VkDeviceMemory memory;
	VkBufferView view;  /* of quadruples of int32, where asked for */
	uint64_t size;      /* bytes that were asked for */
	uint64_t allocated; /* bytes counted against the limit */
	void *mapped;       /* NULL where the host cannot see it */
	bool coherent;
};

/* On failure *buffer is zeroed. `what` names the contents in the sentence of a failure. */
VkcResult buffer_create(struct device *device, enum buffer_use use, bool texel, uint64_t size,
                        const char *what, struct buffer *buffer);
/* Nothing that was submitted uses it any more, or the device is abandoned. */
void buffer_destroy(struct device *device, struct buffer *buffer);

/* After the host wrote to a mapped range, before the device reads it. */
VkcResult buffer_flush(struct device *device, const struct buffer *buffer, uint64_t offset,
                       uint64_t size);
/* After the device wrote to a mapped range, before the host reads it. */
VkcResult buffer_invalidate(struct device *device, const struct buffer *buffer, uint64_t offset,
                            uint64_t size);

#endif
