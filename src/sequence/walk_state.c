/* SPDX-License-Identifier: MIT */
#include "sequence/walk_state.h"

#include <string.h>

#include "base/minmax.h"

/* Maximum size of the state of all walks in flight. */
#define MAX_STATE_BYTES (256u << 20)

void walks_lay_out(struct walks *walks, uint32_t count)
{
	uint64_t row_quads = walks->rows->padded / 4;
	uint64_t order_quads = ((uint64_t)walks->length + 3) / 4;
	walks->count = count;
	walks->layout.counters = (uint32_t)row_quads;
	walks->layout.list = walks->layout.counters + count;
	walks->layout.places = walks->layout.list + (count + 3) / 4;
	walks->layout.orders = walks->layout.places + (count + 3) / 4;
	walks->layout.order_quads = (uint32_t)order_quads;
	walks->layout.scores = (uint32_t)(walks->layout.orders + count * order_quads);
	walks->size = (walks->layout.scores + count * row_quads * 2) * 16;
}

/* Offset of the scores in bytes. The state before them may be staged. */
static uint64_t orders_end(const struct walks *walks)
{
	return (uint64_t)walks->layout.scores * 16;
}

uint32_t walks_affordable(struct walks *walks, struct walk_cost cost, uint32_t requested)
{
	const struct limits *limits = &walks->engine->device.limits;
	const uint64_t available = budget_for_walks(&walks->engine->budget);
	const uint64_t max_buffer = min_u64(limits->storage_range, MAX_STATE_BYTES);
	walks_lay_out(walks, 0);
	const uint64_t fixed = walks->size;
	walks_lay_out(walks, 1);
	const uint64_t state = walks->size - fixed; /* a lower bound: the lists round up to quads */
	/* The orders may be staged, and the weights with them. */
	const uint64_t each = state + cost.bytes + (uint64_t)walks->length * 4 + 16;
	uint64_t count = max_buffer > fixed ? (max_buffer - fixed) / state : 0;
	count = min_u64(count, available > 2 * fixed ? (available - 2 * fixed) / each : 0);
	if (cost.largest_buffer)
		count = min_u64(count, max_buffer / cost.largest_buffer);
	count = min_u64(count, min_u64(limits->group_count, cost.max_walks));
	/* If not even one fits, the allocation reports what is missing. */
	return count < 1 ? 1 : (uint32_t)min_u64(count, requested);
}

uint64_t walks_initial_work(const struct walks *walks)
{
	const uint64_t some_products = 1ull << 27;
	const uint64_t products = (uint64_t)walks->rows->padded * walks->rows->dim * walks->count;
	const uint64_t steps = some_products / products;
	return max_u64(1, min_u64(steps, 64)) * walks->count;
}

VkcResult walks_create(struct walks *walks)
{
	VkcResult result;
	uint64_t range = walks->engine->device.limits.storage_range;
	if (walks->size > range)
		return error_set(walks->engine->device.error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                 "The state of a walk over %u items takes %llu bytes, more than a storage "
		                 "buffer of this device can span (%llu): choose another device "
		                 "(VKC_DEVICE).",
		                 walks->rows->num_rows, (unsigned long long)walks->size,
		                 (unsigned long long)range);
	TRY(buffer_create(&walks->engine->device, BUFFER_DEVICE, false, walks->size,
	                  "The state of the walks", &walks->state));
	if (!walks->state.mapped)
		TRY(buffer_create(&walks->engine->device, BUFFER_STAGING, false, orders_end(walks),
		                  "The staging buffer for the walks", &walks->staging));
error:
	return result;
}

void walks_destroy(struct walks *walks)
{
	buffer_destroy(&walks->engine->device, &walks->state);
	buffer_destroy(&walks->engine->device, &walks->staging);
}

/* Offset of a walk's order in words. */
static uint64_t order_at(const struct walks *walks, uint32_t walk)
{
	return ((uint64_t)walks->layout.orders + (uint64_t)walk * walks->layout.order_quads) * 4;
}

uint32_t walks_elements(const struct walks *walks, uint32_t steps)
{
	return steps + walks->length - walks->steps;
}

VkcResult walks_start(struct walks *walks, const uint32_t *prefixes)
{
	VkcResult result;
	struct buffer *to = walks->state.mapped ? &walks->state : &walks->staging;
	uint32_t *words = to->mapped;
	memset(words, 0, orders_end(walks));
	memcpy(words, walks->rows->weights, walks->rows->num_rows * sizeof(*words));
	for (uint32_t w = 0; w < walks->count; w++)
		memcpy(words + order_at(walks, w), prefixes + (uint64_t)w * walks->prefix_length,
		       walks->prefix_length * sizeof(*words));
	TRY(buffer_flush(&walks->engine->device, to, 0, orders_end(walks)));
	if (to == &walks->staging) {
		TRY(stream_begin(&walks->engine->stream));
		stream_copy(&walks->engine->stream, to, 0, &walks->state, 0, orders_end(walks));
		TRY(stream_submit(&walks->engine->stream, NULL));
	}
error:
	return result;
}

VkcResult walks_finish(struct walks *walks, uint32_t *output)
{
	VkcResult result;
	struct buffer *from = &walks->state;
	if (!from->mapped) {
		from = &walks->staging;
		TRY(stream_begin(&walks->engine->stream));
		stream_copy(&walks->engine->stream, &walks->state, 0, from, 0, orders_end(walks));
		TRY(stream_submit(&walks->engine->stream, NULL));
	}
	TRY(stream_drain(&walks->engine->stream));
	TRY(buffer_invalidate(&walks->engine->device, from, 0, orders_end(walks)));
	const uint32_t *words = from->mapped;
	walks->steps_left = 0;
	for (uint32_t w = 0; w < walks->count; w++) {
		uint32_t taken = words[((uint64_t)walks->layout.counters + w) * 4];
		uint32_t left = walks->steps - taken;
		if (left > walks->steps_left)
			walks->steps_left = left;
		if (walks->reached)
			walks->reached[w] = walks_elements(walks, taken);
		memcpy(output + (uint64_t)w * walks->length, words + order_at(walks, w),
		       walks->length * sizeof(*words));
	}
error:
	return result;
}
