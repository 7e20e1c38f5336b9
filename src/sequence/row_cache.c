/* SPDX-License-Identifier: MIT */
#include "sequence/row_cache.h"

#include "base/minmax.h"

static uint64_t cache_bytes(const void *owner)
{
	const struct row_cache *cache = owner;
	uint64_t bytes = cache->lru.allocated;
	for (uint32_t i = 0; i < cache->num_segments; i++)
		bytes += cache->segments[i].allocated;
	return bytes;
}

static void evict(void *owner)
{
	row_cache_reset(owner);
}

void row_cache_open(struct row_cache *cache, struct engine *engine, const struct rows *rows)
{
	*cache = (struct row_cache){.engine = engine, .rows = rows};
	budget_add_cache(&engine->budget, (struct budget_cache){
										  .owner = cache,
										  .bytes = cache_bytes,
										  .evict = evict,
									  });
}

void row_cache_reset(struct row_cache *cache)
{
	for (uint32_t i = 0; i < ROW_CACHE_MAX_SEGMENTS; i++)
		buffer_destroy(&cache->engine->device, &cache->segments[i]);
	buffer_destroy(&cache->engine->device, &cache->lru);
	cache->num_rows = 0;
	cache->num_segments = 0;
}

uint64_t row_cache_row_bytes(const struct row_cache *cache)
{
	return (uint64_t)cache->rows->padded * sizeof(int32_t);
}

static uint64_t lru_bytes(const struct row_cache *cache, uint64_t num_rows)
{
	return LRU_WORDS((uint64_t)cache->rows->padded, num_rows) * sizeof(uint32_t);
}

/* Maximum number of rows per segment: kernels read and write a segment through one binding. */
static uint64_t max_rows_per_segment(const struct row_cache *cache)
{
	const struct limits *limits = &cache->engine->device.limits;
	uint64_t max = min_u64(limits->storage_range, limits->allocation);
	if (limits->texel_elements)
		max = min_u64(max, limits->texel_elements * 16);
	return max / row_cache_row_bytes(cache);
}

uint32_t row_cache_max_rows(const struct row_cache *cache)
{
	const struct device *device = &cache->engine->device;
	const uint64_t range = device->limits.storage_range;
	const uint64_t fixed = lru_bytes(cache, 0);
	uint64_t max = max_rows_per_segment(cache) * gram_max_segments(device);
	max = min_u64(max, range > fixed ? (range - fixed) / 8 : 0);
	max = min_u64(max, cache->rows->num_rows);
	/* If not even one row fits, allocating the walks' state reports it. */
	return max ? (uint32_t)max : 1;
}

static VkcResult allocate(struct row_cache *cache, uint32_t num_rows)
{
	VkcResult result;
	struct device *device = &cache->engine->device;
	struct stream *stream = &cache->engine->stream;
	const uint64_t in_segment = min_u64(num_rows, max_rows_per_segment(cache));
	cache->rows_per_segment = (uint32_t)in_segment;
	for (uint32_t first = 0; first < num_rows; first += cache->rows_per_segment) {
		const uint64_t rows = min_u64(in_segment, num_rows - first);
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  rows * row_cache_row_bytes(cache), "The row cache",
		                  &cache->segments[cache->num_segments]));
		cache->num_segments++;
	}
	TRY(buffer_create(device, BUFFER_DEVICE, false, lru_bytes(cache, num_rows),
	                  "The list of cached rows", &cache->lru));
	TRY(stream_begin(stream));
	stream_zero(stream, &cache->lru, cache->lru.size);
	TRY(stream_submit(stream, NULL));
	cache->num_rows = num_rows;
error:
	return result;
}

VkcResult row_cache_resize(struct row_cache *cache, uint32_t min_rows, uint64_t requested,
                           uint64_t bytes)
{
	const uint32_t tuned = cache->engine->device.tuning.cached_rows;
	const uint64_t fixed = lru_bytes(cache, 0);
	uint64_t max = row_cache_max_rows(cache);
	if (tuned)
		max = min_u64(max, tuned);
	max = min_u64(max, bytes > fixed ? (bytes - fixed) / (row_cache_row_bytes(cache) + 8) : 0);
	max = max_u64(max, min_rows);
	uint64_t num_rows = max_u64(min_rows, min_u64(requested, max));
	if (cache->num_rows >= num_rows && cache->num_rows <= max)
		return VKC_SUCCESS;
	/* Growing discards the contents, so at least double the size. */
	if (num_rows > cache->num_rows)
		num_rows = min_u64(max, max_u64(num_rows, 2 * (uint64_t)cache->num_rows));
	for (;;) {
		row_cache_reset(cache);
		const VkcResult result = allocate(cache, (uint32_t)num_rows);
		if (result == VKC_SUCCESS)
			return VKC_SUCCESS;
		row_cache_reset(cache);
		/* Other programs use the device's memory: cache fewer rows. */
		if (result != VKC_ERROR_OUT_OF_DEVICE_MEMORY || num_rows <= min_rows)
			return result;
		num_rows = max_u64(num_rows / 2, min_rows);
	}
}
