/* SPDX-License-Identifier: MIT */
#include "sequence/row_cache.h"

#include "base/minmax.h"
#include "vulkan/shader_variant.h"

/* As declared in shaders/sequence/row_cache_plan.comp. */
struct plan_push {
	uint32_t counters;
	uint32_t orders;
	uint32_t list;
	uint32_t places;
	uint32_t order_quads;
	uint32_t length;
	uint32_t active;
	uint32_t items;
	uint32_t rows_kept;
	uint32_t rows_per_segment;
	uint32_t num_segments;
	uint32_t max_rows;
	uint32_t wanted;
	uint32_t four_groups;
	uint32_t wide_groups;
	uint32_t wide_rows;
	uint32_t wide_least;
};

/* As declared in shaders/gram/gram_listed.comp. */
struct rows_push {
	uint32_t a_item;
	uint32_t a_items;
	uint32_t quads;
	uint32_t column;
	uint32_t columns;
	uint32_t result_quads;
	uint32_t segment;
	uint32_t max_rows;
};

/* Words of the work buffer, as in shaders/sequence/row_cache.glsl. */
enum {
	WORK_BUDGET = 0,
	WORK_WALKS = 1,
	WORK_STEPS = 4,
	WORK_SNAPSHOT = 8, /* words that a snapshot takes */
	WORK_SEGMENTS = 8,
	WORK_SEGMENT = 8, /* words of one segment */
	WORK_FOURS = 3,   /* within them */
	WORK_LISTS = WORK_SEGMENTS + ROW_CACHE_MAX_SEGMENTS * WORK_SEGMENT
};

void row_cache_open(struct row_cache *cache, struct gram *gram)
{
	*cache = (struct row_cache){.gram = gram};
}

void row_cache_reset(struct row_cache *cache)
{
	for (uint32_t i = 0; i < ROW_CACHE_MAX_SEGMENTS; i++)
		buffer_destroy(cache->gram->device, &cache->segments[i]);
	buffer_destroy(cache->gram->device, &cache->lru);
	cache->num_kept = 0;
	cache->num_segments = 0;
}

void row_cache_close(struct row_cache *cache)
{
	if (!cache->gram)
		return;
	row_cache_reset(cache);
	kernel_destroy(cache->gram->device, &cache->plan);
}

/* ---- Kernels -------------------------------------------------------------------- */

static const struct gram_kernel *choose_kernel(const struct row_cache *cache,
                                               enum gram_variant variant)
{
	return gram_kernels_choose(&cache->gram->kernels, variant, cache->gram->rows->quads);
}

static bool needs_wide(const struct row_cache *cache)
{
	return cache->max_rows >= choose_kernel(cache, GRAM_LISTED)->least_rows;
}

static VkcResult need_kernel(struct row_cache *cache, enum gram_variant variant,
                             const struct kernel **needed)
{
	return gram_kernels_get(&cache->gram->kernels, choose_kernel(cache, variant), variant,
	                        sizeof(struct rows_push), needed);
}

VkcResult row_cache_begin(struct row_cache *cache)
{
	VkcResult result;
	struct device *device = cache->gram->device;
	const struct kernel *few;
	TRY(need_kernel(cache, GRAM_LISTED_FEW, &few));
	if (!cache->plan.pipeline) {
		struct kernel_source source = {
			.push_bytes = sizeof(struct plan_push),
			.bindings = "sss",
			/* A CPU driver pays for every subgroup at every barrier. */
			.constants = {device->limits.cpu ? 32 : 128},
			.num_constants = 1,
		};
		TRY(variant_find(device, &source, "row_cache_plan_%s", variant_reduction(device)));
		TRY(kernel_create(device, &source, &cache->plan));
	}
error:
	return result;
}

/* ---- Memory --------------------------------------------------------------------- */

static uint64_t row_bytes(const struct row_cache *cache)
{
	return (uint64_t)cache->gram->rows->padded * sizeof(int32_t);
}

static uint64_t lru_bytes(const struct row_cache *cache, uint64_t kept)
{
	return (2 + (uint64_t)cache->gram->rows->padded + 2 * kept) * sizeof(uint32_t);
}

static uint64_t work_bytes(const struct row_cache *cache, const struct walks *walks)
{
	const uint64_t lists = (uint64_t)cache->max_rows * 2 * ROW_CACHE_MAX_SEGMENTS;
	/* Kernels look at as many entries of a list as they compute rows at a time. */
	const uint64_t beyond = 2ull * TILE;
	return (WORK_LISTS + lists + walks->count + beyond) * sizeof(uint32_t);
}

uint64_t row_cache_walk_bytes(const struct row_cache *cache)
{
	/* Its row, and another to keep. */
	return 2 * row_bytes(cache);
}

uint64_t row_cache_kept_bytes(const struct row_cache *cache)
{
	uint64_t bytes = cache->lru.allocated;
	for (uint32_t i = 0; i < cache->num_segments; i++)
		bytes += cache->segments[i].allocated;
	return bytes;
}

/* Rows that lie in one segment, which kernels write and read through one binding. */
static uint64_t rows_per_segment(const struct row_cache *cache)
{
	const struct limits *limits = &cache->gram->device->limits;
	uint64_t max = min_u64(limits->storage_range, limits->allocation);
	if (limits->texel_elements)
		max = min_u64(max, limits->texel_elements * 16);
	return max / row_bytes(cache);
}

uint32_t row_cache_max_rows(const struct row_cache *cache)
{
	const struct device *device = cache->gram->device;
	uint64_t max = rows_per_segment(cache) * gram_max_segments(device);
	uint64_t range = device->limits.storage_range;
	uint64_t fixed = lru_bytes(cache, 0);
	max = min_u64(max, range > fixed ? (range - fixed) / 8 : 0);
	max = min_u64(max, cache->gram->rows->num_rows);
	/* Where not even one fits, the allocation of the walks' state says so. */
	return max ? (uint32_t)max : 1;
}

/* How many rows a submission may compute. */
static uint32_t max_rows(const struct row_cache *cache, const struct walks *walks)
{
	const uint32_t tuned = cache->gram->device->tuning.submit_rows;
	uint32_t max = tuned ? tuned : walks_max_rows(cache->gram);
	return max < walks->count ? max : walks->count;
}

void row_cache_make_room(struct row_cache *cache, const struct walks *walks, uint64_t wanted)
{
	const struct device *device = cache->gram->device;
	cache->max_rows = max_rows(cache, walks);
	uint64_t others = device->memory_used - row_cache_kept_bytes(cache);
	/* The walks' state, perhaps its staging, and some for rounding up. */
	others += 2 * walks->size + work_bytes(cache, walks) + lru_bytes(cache, 0) + (1u << 16);
	uint64_t max = row_cache_max_rows(cache);
	if (device->tuning.kept_rows)
		max = min_u64(max, device->tuning.kept_rows);
	uint64_t limit = device->memory_limit / 8 * 7;
	max = min_u64(max, others < limit ? (limit - others) / (row_bytes(cache) + 8) : 0);
	/* A step may need a row for each walk. */
	if (max < walks->count)
		max = walks->count;
	uint64_t kept = wanted < walks->count ? walks->count : min_u64(wanted, max);
	bool fits = cache->num_kept >= kept && cache->num_kept <= max;
	if (fits)
		kept = cache->num_kept;
	/* What grows step by step at least doubles: its contents are lost each time. */
	const uint64_t twice = 2 * (uint64_t)cache->num_kept;
	if (kept > cache->num_kept)
		kept = min_u64(max, kept > twice ? kept : twice);
	/* For each row row_cache_plan looks through all places, by 32 invocations at least. */
	uint64_t rows = device->limits.max_loop_turns / (kept / 32 + 4);
	cache->max_rows = (uint32_t)min_u64(cache->max_rows, rows ? rows : 1);
	if (fits)
		return;
	row_cache_reset(cache);
	cache->wanted_kept = (uint32_t)kept;
}

static VkcResult allocate_rows(struct row_cache *cache, uint32_t kept)
{
	VkcResult result;
	struct device *device = cache->gram->device;
	uint64_t in_segment = min_u64(kept, rows_per_segment(cache));
	cache->rows_per_segment = (uint32_t)in_segment;
	for (uint32_t first = 0; first < kept; first += cache->rows_per_segment) {
		uint64_t rows = min_u64(in_segment, kept - first);
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  rows * row_bytes(cache), "The rows that the walks need",
		                  &cache->segments[cache->num_segments]));
		cache->num_segments++;
	}
	TRY(buffer_create(device, BUFFER_DEVICE, false, lru_bytes(cache, kept),
	                  "The list of rows that are kept", &cache->lru));
	TRY(stream_begin(cache->gram->stream));
	stream_zero(cache->gram->stream, &cache->lru, cache->lru.size);
	TRY(stream_submit(cache->gram->stream, NULL));
	cache->num_kept = kept;
error:
	return result;
}

VkcResult row_cache_allocate(struct row_cache *cache, const struct walks *walks)
{
	VkcResult result;
	struct device *device = cache->gram->device;
	uint32_t kept = cache->wanted_kept;
	while (!cache->num_kept) {
		result = allocate_rows(cache, kept);
		if (result == VKC_SUCCESS)
			break;
		row_cache_reset(cache);
		/* Somebody else uses the device: fewer are kept. */
		if (result != VKC_ERROR_OUT_OF_DEVICE_MEMORY || kept <= walks->count)
			goto error;
		kept = kept / 2 > walks->count ? kept / 2 : walks->count;
	}
	const struct kernel *wide;
	if (needs_wide(cache))
		TRY(need_kernel(cache, GRAM_LISTED, &wide));
	TRY(buffer_create(device, BUFFER_DEVICE, false, work_bytes(cache, walks),
	                  "The list of rows that the walks need", &cache->work));
	TRY(buffer_create(device, BUFFER_STAGING, false, 2 * sizeof(uint32_t) * WORK_SNAPSHOT,
	                  "The snapshots of the walks", &cache->snapshots));
error:
	return result;
}

void row_cache_release(struct row_cache *cache)
{
	buffer_destroy(cache->gram->device, &cache->work);
	buffer_destroy(cache->gram->device, &cache->snapshots);
}

/* ---- Steps ---------------------------------------------------------------------- */

VkcResult row_cache_start(struct row_cache *cache)
{
	VkcResult result;
	struct stream *stream = cache->gram->stream;
	TRY(stream_begin(stream));
	stream_zero(stream, &cache->work, WORK_LISTS * sizeof(uint32_t));
	TRY(stream_submit(stream, NULL));
error:
	return result;
}

/* Workgroups along a row, of a block of rows that is full. */
static uint32_t groups_along(const struct row_cache *cache, const struct gram_kernel *kernel)
{
	const uint32_t columns = gram_kernels_columns(&cache->gram->kernels, kernel);
	return (rows_in_block(cache->gram->rows, 0) - 1) / columns + 1;
}

static VkcResult record_plan(struct row_cache *cache, const struct walks *walks, bool listed,
                             uint32_t active)
{
	const struct gram_kernel *few = choose_kernel(cache, GRAM_LISTED_FEW);
	const struct gram_kernel *wide = choose_kernel(cache, GRAM_LISTED);
	const struct plan_push push = {
		.counters = walks->counters,
		.orders = walks->orders,
		.list = listed ? walks->list : 0,
		.places = walks->places,
		.order_quads = walks->order_quads,
		.length = walks->length,
		.active = active,
		.items = cache->gram->rows->padded,
		.rows_kept = cache->num_kept,
		.rows_per_segment = cache->rows_per_segment,
		.num_segments = cache->num_segments,
		.max_rows = cache->max_rows,
		.wanted = WORK_LISTS + cache->max_rows * 2 * ROW_CACHE_MAX_SEGMENTS,
		.four_groups = groups_along(cache, few),
		.wide_groups = groups_along(cache, wide),
		.wide_rows = wide->rows,
		.wide_least = needs_wide(cache) ? wide->least_rows : UINT32_MAX,
	};
	const struct binding bindings[] = {
		{.buffer = &walks->state}, {.buffer = &cache->lru}, {.buffer = &cache->work}};
	return stream_dispatch(cache->gram->stream, &cache->plan, bindings, &push, 1, 1);
}

/* Computes what was listed of one segment, by rows of block a times rows of block b. */
static VkcResult record_rows(struct row_cache *cache, uint32_t segment, uint32_t a, uint32_t b)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = cache->gram->rows;
	struct stream *stream = cache->gram->stream;
	const struct rows_push push = {
		.a_item = a,
		.a_items = rows_in_block(rows, a),
		.quads = rows->quads,
		.column = b,
		.columns = rows_in_block(rows, b),
		.result_quads = rows->padded / 4,
		.segment = segment,
		.max_rows = cache->max_rows,
	};
	const struct binding bindings[] = {
		{.buffer = &rows->blocks[a / rows->rows_per_block]},
		{.buffer = &rows->blocks[b / rows->rows_per_block]},
		{.buffer = &cache->segments[segment]},
		{.buffer = &cache->work},
	};
	const uint64_t wide_groups = (WORK_SEGMENTS + segment * WORK_SEGMENT) * sizeof(uint32_t);
	const uint64_t few_groups = wide_groups + WORK_FOURS * sizeof(uint32_t);
	const struct kernel *wide, *few;
	if (needs_wide(cache)) {
		TRY(need_kernel(cache, GRAM_LISTED, &wide));
		TRY(stream_dispatch_indirect(stream, wide, bindings, &push, &cache->work, wide_groups));
	}
	TRY(need_kernel(cache, GRAM_LISTED_FEW, &few));
	TRY(stream_dispatch_indirect(stream, few, bindings, &push, &cache->work, few_groups));
error:
	return result;
}

VkcResult row_cache_record(struct row_cache *cache, const struct walk_kernel *kernel,
                           const struct walks *walks, bool listed, uint32_t active, uint32_t steps,
                           unsigned turn)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = cache->gram->rows;
	struct stream *stream = cache->gram->stream;
	const struct walk_rows from = {
		.segments = cache->segments,
		.num_segments = cache->num_segments,
		.rows_per_segment = cache->rows_per_segment,
		.placed = true,
	};
	const uint64_t walking = WORK_WALKS * sizeof(uint32_t);
	stream_update(stream, &cache->work, WORK_BUDGET * sizeof(uint32_t), &cache->max_rows,
	              sizeof(uint32_t));
	stream_barrier(stream);
	for (uint32_t s = 0; s < steps; s++) {
		TRY(record_plan(cache, walks, listed, active));
		stream_barrier(stream);
		for (uint32_t segment = 0; segment < cache->num_segments; segment++)
			for (uint32_t a = 0; a < rows->padded; a += rows_in_block(rows, a))
				for (uint32_t b = 0; b < rows->padded; b += rows_in_block(rows, b))
					TRY(record_rows(cache, segment, a, b));
		stream_barrier(stream);
		TRY(walk_kernel_record_indirect(kernel, cache->gram, walks, &from, listed,
		                                &cache->work, walking));
		stream_barrier(stream);
	}
	const uint64_t size = WORK_SNAPSHOT * sizeof(uint32_t);
	stream_copy(stream, &cache->work, 0, &cache->snapshots, turn * size, size);
error:
	return result;
}

VkcResult row_cache_taken(struct row_cache *cache, unsigned turn, uint32_t *steps)
{
	const uint64_t size = WORK_SNAPSHOT * sizeof(uint32_t);
	const uint32_t *words = cache->snapshots.mapped;
	*steps = 0;
	VkcResult result = buffer_invalidate(cache->gram->device, &cache->snapshots, turn * size,
	                                     size);
	if (result == VKC_SUCCESS)
		*steps = words[turn * WORK_SNAPSHOT + WORK_STEPS];
	return result;
}
