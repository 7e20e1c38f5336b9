/* SPDX-License-Identifier: MIT */
#include "sequence/walk_state.h"

#include <string.h>

#include "base/minmax.h"

/* Bytes of the state of all walks in flight. */
#define MAX_STATE_BYTES (256u << 20)

void walks_lay_out(struct walks *walks, const struct gram *gram, uint32_t count)
{
	uint64_t row_quads = gram->rows->padded / 4;
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

/* Bytes of the state before the scores. */
static uint64_t orders_end(const struct walks *walks)
{
	return (uint64_t)walks->layout.scores * 16;
}

uint32_t walks_afford(struct walks *walks, const struct gram *gram, uint64_t each,
                      uint64_t max_each, uint64_t spare, uint32_t wanted)
{
	const struct device *device = gram->device;
	uint64_t range = device->limits.storage_range;
	uint64_t left = (device->memory_limit - (device->memory_used - spare)) / 8 * 7;
	walks_lay_out(walks, gram, 0);
	uint64_t fixed = walks->size;
	walks_lay_out(walks, gram, 1);
	uint64_t state = walks->size - fixed; /* at least: lists take a quarter each */
	/* Orders may be staged, and the weights with them. */
	uint64_t taken = state + each + (uint64_t)walks->length * 4 + 16;
	uint64_t max = min_u64(range, MAX_STATE_BYTES);
	uint64_t affordable = max > fixed ? (max - fixed) / state : 0;
	affordable = min_u64(affordable, left > 2 * fixed ? (left - 2 * fixed) / taken : 0);
	if (max_each)
		affordable = min_u64(affordable, min_u64(range, MAX_STATE_BYTES) / max_each);
	affordable = min_u64(affordable, device->limits.group_count);
	/* With less than one, the allocation says what is missing. */
	return affordable < 1 ? 1 : (uint32_t)min_u64(affordable, wanted);
}

uint32_t walks_max_rows(const struct gram *gram)
{
	const uint64_t max_products = gram->device->limits.cpu ? 1ull << 30 : 1ull << 34;
	uint64_t max = max_products / ((uint64_t)gram->rows->padded * gram->rows->dim);
	/* Four share what they read. */
	return max < 4 ? 4 : (uint32_t)min_u64(max, UINT32_MAX);
}

VkcResult walks_create(struct walks *walks, struct gram *gram)
{
	VkcResult result;
	uint64_t range = gram->device->limits.storage_range;
	if (walks->size > range)
		return error_set(gram->device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                 "The state of a walk over %u items takes %llu bytes, more than a storage "
		                 "buffer of this device can span (%llu): choose another device "
		                 "(VKC_DEVICE).",
		                 gram->rows->num_rows, (unsigned long long)walks->size,
		                 (unsigned long long)range);
	TRY(buffer_create(gram->device, BUFFER_DEVICE, false, walks->size, "The state of the walks",
	                  &walks->state));
	if (!walks->state.mapped)
		TRY(buffer_create(gram->device, BUFFER_STAGING, false, orders_end(walks),
		                  "The staging of the walks", &walks->staging));
error:
	return result;
}

void walks_destroy(struct walks *walks, struct gram *gram)
{
	buffer_destroy(gram->device, &walks->state);
	buffer_destroy(gram->device, &walks->staging);
}

/* Where a walk's order begins, in words. */
static uint64_t order_at(const struct walks *walks, uint32_t walk)
{
	return ((uint64_t)walks->layout.orders + (uint64_t)walk * walks->layout.order_quads) * 4;
}

VkcResult walks_start(struct walks *walks, struct gram *gram, const uint32_t *prefixes)
{
	VkcResult result;
	struct buffer *to = walks->state.mapped ? &walks->state : &walks->staging;
	uint32_t *words = to->mapped;
	memset(words, 0, orders_end(walks));
	memcpy(words, gram->rows->weights, gram->rows->num_rows * sizeof(*words));
	for (uint32_t w = 0; w < walks->count; w++)
		memcpy(words + order_at(walks, w), prefixes + (uint64_t)w * walks->prefix_length,
		       walks->prefix_length * sizeof(*words));
	TRY(buffer_flush(gram->device, to, 0, orders_end(walks)));
	if (to == &walks->staging) {
		TRY(stream_begin(gram->stream));
		stream_copy(gram->stream, to, 0, &walks->state, 0, orders_end(walks));
		TRY(stream_submit(gram->stream, NULL));
	}
error:
	return result;
}

VkcResult walks_finish(struct walks *walks, struct gram *gram, uint32_t *output)
{
	VkcResult result;
	struct buffer *from = &walks->state;
	if (!from->mapped) {
		from = &walks->staging;
		TRY(stream_begin(gram->stream));
		stream_copy(gram->stream, &walks->state, 0, from, 0, orders_end(walks));
		TRY(stream_submit(gram->stream, NULL));
	}
	TRY(stream_drain(gram->stream));
	TRY(buffer_invalidate(gram->device, from, 0, orders_end(walks)));
	const uint32_t *words = from->mapped;
	walks->behind = 0;
	for (uint32_t w = 0; w < walks->count; w++) {
		uint32_t behind = walks->length - words[((uint64_t)walks->layout.counters + w) * 4];
		if (behind > walks->behind)
			walks->behind = behind;
		memcpy(output + (uint64_t)w * walks->length, words + order_at(walks, w),
		       walks->length * sizeof(*words));
	}
error:
	return result;
}
