/* SPDX-License-Identifier: MIT
 *
 * Buffers with dedicated memory, counted against the context's memory limit. */
#ifndef VKC_BUFFER_H
#define VKC_BUFFER_H

#include "vulkan/device.h"

enum buffer_use {
	BUFFER_DEVICE, /* storage buffers for kernels; mapped only where that costs nothing */
	BUFFER_STAGING /* mapped sources and destinations of copies */
};

struct buffer {
	VkBuffer handle;
	VkDeviceMemory memory;
	VkBufferView view;  /* view of R32G32B32A32_SINT texels, if requested */
	uint64_t size;      /* requested size in bytes */
	uint64_t allocated; /* allocated bytes, counted against the limit */
	void *mapped;       /* NULL if not mapped */
	bool coherent;
};

/* On failure *buffer is zeroed. `what` describes the contents in the error message. */
VkcResult buffer_create(struct device *device, enum buffer_use use, bool texel, uint64_t size,
                        const char *what, struct buffer *buffer);
/* No submission in flight may use the buffer, unless the device is abandoned. */
void buffer_destroy(struct device *device, struct buffer *buffer);

/* Call this after the host writes to a mapped range, before the device reads it. */
VkcResult buffer_flush(struct device *device, const struct buffer *buffer, uint64_t offset,
                       uint64_t size);
/* Call this after the device writes to a mapped range, before the host reads it. */
VkcResult buffer_invalidate(struct device *device, const struct buffer *buffer, uint64_t offset,
                            uint64_t size);

#endif
