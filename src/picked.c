/* SPDX-License-Identifier: MIT */
#include "picked.h"

#include <string.h>

#include "variants.h"

/* As declared in shaders/gram_picked.comp. */
struct push {
	uint32_t a_item;
	uint32_t a_items;
	uint32_t quads;
	uint32_t column;
	uint32_t columns;
	uint32_t result_quads;
	uint32_t counters;
	uint32_t orders;
	uint32_t order_quads;
	uint32_t walks;
};

void picked_open(struct picked *picked, struct gram *gram)
{
	*picked = (struct picked){.gram = gram};
}

void picked_close(struct picked *picked)
{
	if (!picked->gram)
		return;
	kernel_destroy(picked->gram->device, &picked->four);
	kernel_destroy(picked->gram->device, &picked->one);
}

static uint32_t group_size(const struct device *device)
{
	return device->limits.cpu ? 8 : 64;
}

static VkcResult need_kernel(struct picked *picked, struct kernel *kernel, uint32_t rows)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = picked->gram->device;
	if (kernel->pipeline)
		return VKC_SUCCESS;
	struct kernel_source source = {
		.push_bytes = sizeof(struct push),
		.constants = {group_size(device)},
		.num_constants = 1,
	};
	TRY(variant_find(device, &source, "gram_picked_%s_%s_%u", variant_integers(device),
	                 variant_loads(device), rows));
	memcpy(source.bindings, device->limits.texel_elements ? "ttss" : "ssss", 5);
	TRY(kernel_create(device, &source, kernel));
error:
	return result;
}

uint64_t picked_walk_bytes(const struct picked *picked)
{
	return (uint64_t)picked->gram->rows->padded * sizeof(int32_t);
}

VkcResult picked_begin(struct picked *picked)
{
	VkcResult result;
	TRY(need_kernel(picked, &picked->four, 4));
	TRY(need_kernel(picked, &picked->one, 1));
error:
	return result;
}

VkcResult picked_allocate(struct picked *picked, const struct walks *walks)
{
	struct device *device = picked->gram->device;
	return buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
	                     walks->count * picked_walk_bytes(picked), "The rows that the walks need",
	                     &picked->rows);
}

void picked_release(struct picked *picked)
{
	buffer_destroy(picked->gram->device, &picked->rows);
}

VkcResult picked_record(struct picked *picked, const struct walks *walks)
{
	VkcResult result = VKC_SUCCESS;
	const struct gram *gram = picked->gram;
	const struct rows *rows = gram->rows;
	const struct kernel *kernel = walks->count == 1 ? &picked->one : &picked->four;
	uint32_t walks_per_group = walks->count == 1 ? 1 : 4;
	uint32_t columns_per_group = group_size(gram->device) * 8;
	for (uint32_t a = 0; a < rows->padded; a += rows_in_block(rows, a)) {
		for (uint32_t b = 0; b < rows->padded; b += rows_in_block(rows, b)) {
			struct push push = {
				.a_item = a,
				.a_items = rows_in_block(rows, a),
				.quads = rows->quads,
				.column = b,
				.columns = rows_in_block(rows, b),
				.result_quads = rows->padded / 4,
				.counters = walks->counters,
				.orders = walks->orders,
				.order_quads = walks->order_quads,
				.walks = walks->count,
			};
			struct binding bindings[] = {
				{.buffer = &rows->blocks[a / rows->rows_per_block]},
				{.buffer = &rows->blocks[b / rows->rows_per_block]},
				{.buffer = &picked->rows},
				{.buffer = &walks->state},
			};
			TRY(stream_dispatch(gram->stream, kernel, bindings, &push,
			                    (push.columns - 1) / columns_per_group + 1,
			                    (walks->count - 1) / walks_per_group + 1));
		}
	}
error:
	return result;
}
