/* SPDX-License-Identifier: MIT */
#include "sequence/row_cache.h"

#include <string.h>

#include "base/minmax.h"
#include "vulkan/shader_variant.h"

_Static_assert(sizeof(struct row_cache_plan_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");
_Static_assert(sizeof(struct listed_rows_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

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
	kernel_destroy(cache->gram->device, &cache->wide);
	kernel_destroy(cache->gram->device, &cache->four);
}

/* ---- Kernels -------------------------------------------------------------------- */

/* A kernel that computes listed rows. */
struct shape {
	uint32_t columns; /* of a workgroup */
	uint32_t rows;    /* that it computes at a time */
	uint32_t least;   /* from so many on it is quicker than fours */
};

static uint32_t group_size(const struct device *device)
{
	return device->limits.cpu ? 8 : 64;
}

/* Whether the wide kernel is gram_shared; else it holds its sums in named scalars. */
static bool in_shared(const struct device *device)
{
	if (device->tuning.gram == GRAM_SHARED || device->tuning.gram == GRAM_REGISTERS)
		return device->tuning.gram == GRAM_SHARED;
	return !device->limits.cpu;
}

static struct shape four_shape(const struct device *device)
{
	return (struct shape){.columns = group_size(device) * LISTED_COLUMNS, .rows = 4};
}

static struct shape wide_shape(const struct device *device)
{
	/* On lavapipe sixteen rows take as long as three fours; on an H100, 64 as two. */
	if (in_shared(device))
		return (struct shape){.columns = TILE, .rows = TILE, .least = 9};
	return (struct shape){.columns = group_size(device) * LISTED_COLUMNS, .rows = 16, .least = 13};
}

static bool needs_wide(const struct row_cache *cache)
{
	return cache->max_rows >= wide_shape(cache->gram->device).least;
}

/* The kernel with this name's end. */
static VkcResult need_rows_kernel(struct row_cache *cache, struct kernel *kernel, const char *name,
                                  const char *kind)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = cache->gram->device;
	if (kernel->pipeline)
		return VKC_SUCCESS;
	struct kernel_source source = {
		.push_bytes = sizeof(struct listed_rows_push),
		.constants = {group_size(device)},
		.num_constants = 1,
	};
	TRY(variant_find(device, &source, "%s_%s_%s_%s", name, variant_integers(device),
	                 variant_loads(device), kind));
	memcpy(source.bindings, device->limits.texel_elements ? "ttss" : "ssss", 5);
	TRY(kernel_create(device, &source, kernel));
error:
	return result;
}

static VkcResult need_wide(struct row_cache *cache)
{
	if (!needs_wide(cache))
		return VKC_SUCCESS;
	if (in_shared(cache->gram->device))
		return need_rows_kernel(cache, &cache->wide, "gram_shared", "listed");
	return need_rows_kernel(cache, &cache->wide, "gram_listed", "16");
}

VkcResult row_cache_begin(struct row_cache *cache)
{
	VkcResult result;
	struct device *device = cache->gram->device;
	TRY(need_rows_kernel(cache, &cache->four, "gram_listed", "4"));
	if (!cache->plan.pipeline) {
		struct kernel_source source = {
			.push_bytes = sizeof(struct row_cache_plan_push),
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
	return LRU_WORDS((uint64_t)cache->gram->rows->padded, kept) * sizeof(uint32_t);
}

static uint64_t work_bytes(const struct row_cache *cache, const struct walks *walks)
{
	return WORK_WORDS((uint64_t)cache->max_rows, walks->count) * sizeof(uint32_t);
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
	TRY(need_wide(cache));
	TRY(buffer_create(device, BUFFER_DEVICE, false, work_bytes(cache, walks),
	                  "The list of rows that the walks need", &cache->work));
	TRY(buffer_create(device, BUFFER_STAGING, false, 2 * sizeof(uint32_t) * WORK_HEAD,
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
static uint32_t groups_along(const struct row_cache *cache, const struct shape *shape)
{
	return (rows_in_block(cache->gram->rows, 0) - 1) / shape->columns + 1;
}

static VkcResult record_plan(struct row_cache *cache, const struct walks *walks, bool listed,
                             uint32_t active)
{
	const struct shape four = four_shape(cache->gram->device);
	const struct shape wide = wide_shape(cache->gram->device);
	const struct row_cache_plan_push push = {
		.state = walks->layout,
		.listed = listed,
		.order_length = walks->length,
		.num_walks = active,
		.items = cache->gram->rows->padded,
		.rows_kept = cache->num_kept,
		.rows_per_segment = cache->rows_per_segment,
		.num_segments = cache->num_segments,
		.max_rows = cache->max_rows,
		.four_row_groups = groups_along(cache, &four),
		.many_row_groups = groups_along(cache, &wide),
		.many_rows = wide.rows,
		.many_rows_least = needs_wide(cache) ? wide.least : UINT32_MAX,
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
	const struct listed_rows_push push = {
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
	const uint64_t many = WORK_MANY(segment) * sizeof(uint32_t);
	const uint64_t four = WORK_FOUR(segment) * sizeof(uint32_t);
	if (needs_wide(cache))
		TRY(stream_dispatch_indirect(stream, &cache->wide, bindings, &push, &cache->work, many));
	TRY(stream_dispatch_indirect(stream, &cache->four, bindings, &push, &cache->work, four));
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
	const uint64_t size = WORK_HEAD * sizeof(uint32_t);
	stream_copy(stream, &cache->work, 0, &cache->snapshots, turn * size, size);
error:
	return result;
}

VkcResult row_cache_taken(struct row_cache *cache, unsigned turn, uint32_t *steps)
{
	const uint64_t size = WORK_HEAD * sizeof(uint32_t);
	const uint32_t *words = cache->snapshots.mapped;
	*steps = 0;
	VkcResult result = buffer_invalidate(cache->gram->device, &cache->snapshots, turn * size,
	                                     size);
	if (result == VKC_SUCCESS)
		*steps = words[turn * WORK_HEAD + WORK_STEPS];
	return result;
}
