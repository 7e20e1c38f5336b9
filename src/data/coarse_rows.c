/* SPDX-License-Identifier: MIT */
#include "data/coarse_rows.h"

#include <stdlib.h>

#include "base/minmax.h"
#include "interface/bounded.h"
#include "vulkan/shader_variant.h"

_Static_assert(sizeof(struct bounded_coarse_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

static uint64_t bytes_of(const struct rows *rows, uint32_t num_rows)
{
	return (uint64_t)num_rows * rows->quads * 8;
}

static uint64_t held_bytes(const void *owner)
{
	const struct coarse_rows *coarse = owner;
	uint64_t bytes = 0;
	for (uint32_t b = 0; coarse->blocks && b < coarse->rows->num_blocks; b++)
		bytes += coarse->blocks[b].allocated;
	return bytes;
}

static void evict(void *owner)
{
	coarse_rows_reset(owner);
}

void coarse_rows_open(struct coarse_rows *coarse, struct engine *engine, const struct rows *rows)
{
	*coarse = (struct coarse_rows){.engine = engine, .rows = rows};
	budget_add_cache(&engine->budget, (struct budget_cache){
										  .owner = coarse,
										  .bytes = held_bytes,
										  .evict = evict,
									  });
}

uint64_t coarse_rows_bytes(const struct coarse_rows *coarse)
{
	return bytes_of(coarse->rows, coarse->rows->padded);
}

void coarse_rows_reset(struct coarse_rows *coarse)
{
	if (coarse->blocks)
		for (uint32_t b = 0; b < coarse->rows->num_blocks; b++)
			buffer_destroy(&coarse->engine->device, &coarse->blocks[b]);
	coarse_rows_free_host(coarse);
}

void coarse_rows_free_host(struct coarse_rows *coarse)
{
	free(coarse->blocks);
	coarse->blocks = NULL;
	coarse->filled = false;
}

void coarse_rows_close(struct coarse_rows *coarse)
{
	coarse_rows_reset(coarse);
	kernel_destroy(&coarse->engine->device, &coarse->kernel);
}

static VkcResult ensure_kernel(struct coarse_rows *coarse)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = &coarse->engine->device;
	struct kernel_source source = {.push_bytes = sizeof(struct bounded_coarse_push),
	                               .bindings = "ss"};
	if (coarse->kernel.pipeline)
		return VKC_SUCCESS;
	TRY(variant_find(device, &source, "bounded_coarse"));
	TRY(kernel_create(device, &source, &coarse->kernel));
error:
	return result;
}

static VkcResult allocate(struct coarse_rows *coarse)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = &coarse->engine->device;
	const struct rows *rows = coarse->rows;
	coarse->blocks = calloc(rows->num_blocks, sizeof(*coarse->blocks));
	if (!coarse->blocks)
		return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left to describe the coarse rows: free some.");
	for (uint32_t b = 0; b < rows->num_blocks; b++)
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  bytes_of(rows, rows_in_block(rows, b * rows->rows_per_block)),
		                  "The coarse rows", &coarse->blocks[b]));
error:
	return result;
}

static VkcResult fill(struct coarse_rows *coarse)
{
	VkcResult result;
	struct stream *stream = &coarse->engine->stream;
	const struct rows *rows = coarse->rows;
	/* The smallest shift that makes the largest value fit into 16 bits after rounding. */
	coarse->shift = 1;
	while (((int64_t)rows->largest + (1ll << (coarse->shift - 1))) >> coarse->shift > INT16_MAX)
		coarse->shift++;
	TRY(stream_begin(stream));
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		const struct binding bindings[] = {{.buffer = &rows->blocks[b]},
		                                   {.buffer = &coarse->blocks[b]}};
		struct bounded_coarse_push push = {.count = (uint32_t)(coarse->blocks[b].size / 16),
		                                   .shift = coarse->shift,
		                                   .quads = rows->quads};
		while (push.first < push.count) {
			const uint32_t groups =
				min_u32((push.count - push.first - 1) / BOUNDED_COARSE_INVOCATIONS + 1,
			            coarse->engine->device.limits.group_count);
			TRY(stream_dispatch(stream, &coarse->kernel, bindings, &push, groups, 1));
			push.first += groups * BOUNDED_COARSE_INVOCATIONS;
		}
	}
	TRY(stream_submit(stream, NULL));
	TRY(stream_drain(stream));
	coarse->filled = true;
error:
	return result;
}

VkcResult coarse_rows_ensure(struct coarse_rows *coarse)
{
	VkcResult result;
	TRY(ensure_kernel(coarse));
	if (!coarse->filled) {
		TRY(allocate(coarse));
		TRY(fill(coarse));
	}
error:
	if (result != VKC_SUCCESS) {
		(void)stream_drain(&coarse->engine->stream);
		coarse_rows_reset(coarse);
	}
	return result;
}
