/* SPDX-License-Identifier: MIT
 *
 * Rows of the Gram matrix that are kept from one call to the next while there is room; the row
 * used least recently goes first (LRU). The device does the bookkeeping
 * (shaders/sequence/row_cache_plan.comp), so that it need not wait for the host. */
#ifndef VKC_ROW_CACHE_H
#define VKC_ROW_CACHE_H

#include "interface/row_cache.h"
#include "matrix/gram.h"

struct row_cache {
	struct engine *engine;
	const struct rows *rows;
	uint32_t num_rows; /* places for rows; 0 = the cache holds no memory */
	uint32_t rows_per_segment;
	uint32_t num_segments;
	struct buffer segments[ROW_CACHE_MAX_SEGMENTS];
	struct buffer lru; /* which rows they are, and when each was used */
};

/* The engine's budget evicts the cache where others need its memory, unless it is pinned. */
void row_cache_open(struct row_cache *cache, struct engine *engine, const struct rows *rows);
/* Forgets the rows: those of the upload have changed, or a call has failed. Nothing of them may
 * be in flight. */
void row_cache_reset(struct row_cache *cache);

/* Bytes of a row. */
uint64_t row_cache_row_bytes(const struct row_cache *cache);
/* How many rows can be kept, whatever memory there is. */
uint32_t row_cache_max_rows(const struct row_cache *cache);

/* Makes the cache hold at least min_rows rows; more, up to `wanted`, while `bytes` suffice. Where
 * it has a good size already, it keeps its rows. */
VkcResult row_cache_resize(struct row_cache *cache, uint32_t min_rows, uint64_t requested,
                           uint64_t bytes);

#endif
