/* SPDX-License-Identifier: MIT */
#include "sequence/walk_state.h"

#include <string.h>

#include "base/minmax.h"

/* Maximum size of the state of all walks in flight. */
#define MAX_STATE_BYTES (256u << 20)

/* Bytes of integers for each element that the walks gain: copying more would take longer than the
 * host's decisions. */
#define INTEGER_BYTES_PER_ELEMENT (16u << 10)

void walks_lay_out(struct walks *walks, uint32_t count)
{
	uint64_t row_quads = walks->rows->padded / 4;
	uint64_t order_quads = ((uint64_t)walks->length + 3) / 4;
	const struct integers *integers = walks->integers;
	const uint32_t integer_quads = integers ? integers->quads : 0;
	const uint64_t mask_quads = integers ? 0 : WALK_MASK_QUADS(row_quads);
	const uint64_t sum_quads = integers ? WALK_SUM_QUADS((uint64_t)integer_quads, row_quads) : 0;
	walks->count = count;
	walks->layout.integers = (uint32_t)row_quads * (walks->rows->weights.exponents ? 3 : 2);
	walks->layout.integer_quads = integer_quads;
	walks->layout.heads = walks->layout.integers + walks->rows->num_rows * integer_quads;
	walks->layout.list = walks->layout.heads + count * WALK_HEAD_QUADS;
	walks->layout.decisions = walks->layout.list + (count + 3) / 4;
	walks->layout.masks = walks->layout.decisions + (count + 1) / 2;
	walks->layout.orders = (uint32_t)(walks->layout.masks + count * mask_quads);
	walks->layout.order_quads = (uint32_t)order_quads;
	walks->layout.scores = (uint32_t)(walks->layout.orders + count * order_quads);
	const uint64_t sums = walks->layout.scores + count * row_quads * 2;
	walks->layout.sums = (uint32_t)sums;
	walks->size = (sums + count * sum_quads) * 16;
}

static uint64_t heads_bytes(const struct walks *walks)
{
	return (uint64_t)walks->count * WALK_HEAD_QUADS * 16;
}

/* Offset of the scores in bytes. The state before them may be staged. */
static uint64_t orders_end(const struct walks *walks)
{
	return (uint64_t)walks->layout.scores * 16;
}

/* The number of walks that fit into memory, up to `requested`. */
static uint32_t fitting(struct walks *walks, struct walk_cost cost, uint32_t requested)
{
	const struct limits *limits = &walks->engine->device.limits;
	const uint64_t available = budget_for_walks(&walks->engine->budget);
	const uint64_t max_buffer = min_u64(limits->storage_range, MAX_STATE_BYTES);
	walks_lay_out(walks, 0);
	const uint64_t fixed = walks->size;
	walks_lay_out(walks, 1);
	/* More than each of many walks needs, because its entries of the lists take whole quads. */
	const uint64_t state = walks->size - fixed;
	/* What precedes the scores may be staged: the fixed part, too. */
	const uint64_t staged = orders_end(walks) - fixed;
	const uint64_t each = state + cost.bytes + staged + 2 * heads_bytes(walks);
	uint64_t count = max_buffer > fixed ? (max_buffer - fixed) / state : 0;
	count = min_u64(count, available > 2 * fixed ? (available - 2 * fixed) / each : 0);
	if (cost.largest_buffer)
		count = min_u64(count, max_buffer / cost.largest_buffer);
	count = min_u64(count, min_u64(limits->group_count, cost.max_walks));
	return (uint32_t)min_u64(count, requested);
}

uint32_t walks_affordable(struct walks *walks, struct walk_cost cost, uint32_t requested)
{
	/* If not even one fits, the allocation reports what is missing. */
	return max_u32(1, fitting(walks, cost, requested));
}

uint32_t walks_choice_iterations(const struct walks *walks, uint32_t group)
{
	if (!walks->integers)
		return 0;
	const uint32_t quads = walks->integers->quads;
	const uint32_t contenders = (walks->rows->num_rows - 1) / group + 1;
	const uint32_t words = (4 * quads - 1) / group + 1;
	/* Each invocation takes whole contenders, or fewer quads of one; then come two reductions. */
	return contenders * (quads + 1) + 32 + words * (WALK_SUM_LAG + 1);
}

bool walks_pay_for_integers(const struct walks *walks, uint32_t requested)
{
	const uint64_t elements = (uint64_t)requested * (walks->length - walks->prefix_length);
	const uint64_t quads = integers_quads(walks->rows->dim);
	return walks->rows->num_rows * quads * 16 / INTEGER_BYTES_PER_ELEMENT <= elements;
}

void walks_use_integers(struct walks *walks, const struct integers *integers, struct walk_cost cost,
                        uint32_t requested)
{
	if (!walks_pay_for_integers(walks, requested))
		return;
	const uint32_t without = fitting(walks, cost, requested);
	walks->integers = integers;
	const uint32_t with = fitting(walks, cost, requested);
	const uint32_t iterations = walks_choice_iterations(walks, cost.group);
	if (!with || 2 * (uint64_t)with < without ||
	    profile_max_iterations(&walks->engine->profile, iterations) < 2)
		walks->integers = NULL;
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
	TRY(buffer_create(&walks->engine->device, BUFFER_STAGING, false, 2 * heads_bytes(walks),
	                  "The snapshots of the walks", &walks->snapshots));
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
	buffer_destroy(&walks->engine->device, &walks->snapshots);
}

/* Offset of a walk's order in words. */
static uint64_t order_at(const struct walks *walks, uint32_t walk)
{
	return ((uint64_t)walks->layout.orders + (uint64_t)walk * walks->layout.order_quads) * 4;
}

/* Offset of a walk's head in words. */
static uint64_t head_at(const struct walks *walks, uint32_t walk)
{
	return ((uint64_t)walks->layout.heads + (uint64_t)walk * WALK_HEAD_QUADS) * 4;
}

/* Offset of a walk's mask in words. */
static uint64_t mask_at(const struct walks *walks, uint32_t walk)
{
	const uint64_t quads = WALK_MASK_QUADS(walks->rows->padded / 4);
	return ((uint64_t)walks->layout.masks + walk * quads) * 4;
}

/* The head of a walk that has added no row. */
static void start_head(uint32_t *head)
{
	const int32_t no_exponent = -(1 << 30);
	memcpy(head + (size_t)WALK_BOUND * 4 + 2, &no_exponent, sizeof(no_exponent));
}

uint32_t walks_elements(const struct walks *walks, uint32_t steps, bool stands)
{
	return stands ? steps : steps + walks->length - walks->steps;
}

/* The buffer through which the host sees the state. */
static const struct buffer *visible(const struct walks *walks)
{
	return walks->state.mapped ? &walks->state : &walks->staging;
}

VkcResult walks_start(struct walks *walks, const uint32_t *prefixes)
{
	VkcResult result;
	const struct buffer *to = visible(walks);
	const struct rows *rows = walks->rows;
	const size_t size = rows->num_rows * sizeof(uint32_t);
	const size_t integers_at = (size_t)walks->layout.integers * 16;
	const size_t heads_begin = (size_t)walks->layout.heads * 16;
	uint32_t *words = to->mapped;
	memset(words, 0, integers_at);
	memset((unsigned char *)to->mapped + heads_begin, 0, orders_end(walks) - heads_begin);
	if (walks->integers)
		memcpy((unsigned char *)to->mapped + integers_at, walks->integers->rows,
		       heads_begin - integers_at);
	memcpy(words, rows->weights.values, size);
	memcpy(words + rows->padded, walks->classes, size);
	if (rows->weights.exponents)
		memcpy(words + 2 * (size_t)rows->padded, rows->weights.exponents, size);
	memset(words + (size_t)walks->layout.decisions * 4, 0xff, 2 * sizeof(*words) * walks->count);
	for (uint32_t w = 0; w < walks->count; w++) {
		start_head(words + head_at(walks, w));
		memcpy(words + order_at(walks, w), prefixes + (uint64_t)w * walks->prefix_length,
		       walks->prefix_length * sizeof(*words));
	}
	TRY(buffer_flush(&walks->engine->device, to, 0, orders_end(walks)));
	if (to == &walks->staging) {
		TRY(stream_begin(&walks->engine->stream));
		stream_copy(&walks->engine->stream, to, 0, &walks->state, 0, orders_end(walks));
		TRY(stream_submit(&walks->engine->stream, NULL));
	}
error:
	return result;
}

void walks_record_snapshot(struct walks *walks, unsigned parity)
{
	const uint64_t size = heads_bytes(walks);
	stream_barrier(&walks->engine->stream);
	stream_copy(&walks->engine->stream, &walks->state, (uint64_t)walks->layout.heads * 16,
	            &walks->snapshots, parity * size, size);
}

VkcResult walks_read_snapshot(struct walks *walks, unsigned parity, const uint32_t **heads)
{
	const uint64_t size = heads_bytes(walks);
	*heads = (const uint32_t *)walks->snapshots.mapped + parity * size / sizeof(uint32_t);
	return buffer_invalidate(&walks->engine->device, &walks->snapshots, parity * size, size);
}

static void copy_words(struct walks *walks, uint64_t first, uint64_t count)
{
	stream_copy(&walks->engine->stream, &walks->state, first * 4, &walks->staging, first * 4,
	            count * 4);
}

bool walks_are_mapped(const struct walks *walks)
{
	return walks->state.mapped != NULL;
}

void walks_record_fetch(struct walks *walks, const struct walk_part *parts, uint32_t count)
{
	const uint64_t mask_words = 4 * (uint64_t)WALK_MASK_QUADS(walks->rows->padded / 4);
	if (walks_are_mapped(walks))
		return;
	for (uint32_t i = 0; i < count; i++) {
		const struct walk_part *part = &parts[i];
		copy_words(walks, mask_at(walks, part->walk), mask_words);
		if (part->end > part->first)
			copy_words(walks, order_at(walks, part->walk) + part->first, part->end - part->first);
	}
	if (count)
		stream_barrier(&walks->engine->stream);
}

VkcResult walks_end_fetch(struct walks *walks)
{
	return buffer_invalidate(&walks->engine->device, visible(walks), 0, orders_end(walks));
}

const uint32_t *walks_order(const struct walks *walks, uint32_t walk)
{
	return (const uint32_t *)visible(walks)->mapped + order_at(walks, walk);
}

const uint32_t *walks_mask(const struct walks *walks, uint32_t walk)
{
	return (const uint32_t *)visible(walks)->mapped + mask_at(walks, walk);
}

uint32_t walks_term_shift(const struct rows *rows)
{
	return rows->num_rows <= 1u << 24 ? 24 : 31;
}

/* docs/exactness.md derives these numbers. */
score_error walks_score_error(const struct walks *walks)
{
	const uint32_t scale = walks->engine->device.tuning.bound;
	/* The unit of a score. */
	const uint32_t unit = 1u << (31 - walks_term_shift(walks->rows));
	const double row = walks->rows->max_error;
	/* The rounding of both rows, and that of the cosine. */
	const double cosine = 2 * row + row * row / FIXED_ONE + 0.5;
	/* The rounding of the weight, which is less exact for very long rows. */
	const uint32_t weight = unit * (1 + (walks->rows->dim >> 23));
	/* The unit counts once for the rounding of the term, and once for the index that walk_registers
	 * keeps in the bits below it. Where exponents differ, it counts once more for the rounding of
	 * what is shifted down. */
	const uint32_t units = walks->rows->weights.exponents ? 3 : 2;
	return (score_error){
		.per_weight = ((uint32_t)(2 * cosine) + 1) * scale,
		.per_row = (weight + units * unit + 2) * scale,
	};
}

VkcResult walks_finish(struct walks *walks, uint32_t *output)
{
	VkcResult result;
	struct buffer *from = &walks->state;
	/* What precedes the heads has not changed. */
	const uint64_t first = (uint64_t)walks->layout.heads * 16;
	const uint64_t size = orders_end(walks) - first;
	if (!from->mapped) {
		from = &walks->staging;
		TRY(stream_begin(&walks->engine->stream));
		stream_copy(&walks->engine->stream, &walks->state, first, from, first, size);
		TRY(stream_submit(&walks->engine->stream, NULL));
	}
	TRY(stream_drain(&walks->engine->stream));
	TRY(buffer_invalidate(&walks->engine->device, from, first, size));
	const uint32_t *words = from->mapped;
	for (uint32_t w = 0; w < walks->count; w++) {
		const uint32_t *head = words + head_at(walks, w);
		if (walks->reached)
			walks->reached[w] = walks_elements(walks, head[(size_t)WALK_COUNTERS * 4],
			                                   head[(size_t)WALK_STATUS * 4] != 0);
		memcpy(output + (uint64_t)w * walks->length, words + order_at(walks, w),
		       walks->length * sizeof(*words));
	}
error:
	return result;
}
