/* SPDX-License-Identifier: MIT
 *
 * A least recently used (LRU) cache of Gram matrix rows, kept between calls while there is room.
 * The device does the bookkeeping (shaders/sequence/row_cache_plan.comp) so that it need not wait
 * for the host. */
#ifndef VKC_ROW_CACHE_H
#define VKC_ROW_CACHE_H

#include "interface/row_cache.h"
#include "matrix/gram.h"

struct row_cache {
	struct engine *engine;
	const struct rows *rows;
	uint32_t num_rows; /* capacity; 0 = the cache holds no memory */
	uint32_t rows_per_segment;
	uint32_t num_segments;
	struct buffer segments[ROW_CACHE_MAX_SEGMENTS];
	struct buffer lru; /* which rows are cached, and when each was last used */
};

/* Registers the cache: the engine's budget evicts it when other buffers need the memory, unless it
 * is pinned. */
void row_cache_open(struct row_cache *cache, struct engine *engine, const struct rows *rows);
/* Discards all rows, because the uploaded rows have changed or a call has failed. No submission in
 * flight may use them. */
void row_cache_reset(struct row_cache *cache);

/* Bytes per row. */
uint64_t row_cache_row_bytes(const struct row_cache *cache);
/* Maximum number of rows, whatever the available memory. */
uint32_t row_cache_max_rows(const struct row_cache *cache);

/* Resizes the cache to hold at least min_rows rows and, within `bytes`, up to `requested`. Keeps
 * the cached rows if the size is already suitable. */
VkcResult row_cache_resize(struct row_cache *cache, uint32_t min_rows, uint64_t requested,
                           uint64_t bytes);

#endif
