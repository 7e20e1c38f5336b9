/* SPDX-License-Identifier: MIT */
#include "matrix/tile_reader.h"

#include <string.h>

#include "base/minmax.h"

struct chunk {
	struct area area;
	struct buffer computed; /* device buffer for cells that are not stored in the matrix */
	struct buffer staging;  /* host-visible copy, where the device buffer cannot be mapped */
	uint64_t ticket;
	bool pending;
	bool copied; /* the cells are in `staging`; else read them from `mapped` */
	const struct buffer *mapped;
	uint64_t offset; /* of the chunk in `mapped` */
	uint64_t stride; /* in cells */
};

struct reader {
	struct gram *gram;
	struct area total; /* the requested rows and all columns, padded to tiles */
	bool upper;
	tile_sink sink;
	void *user;
	uint64_t chunk_bytes;
	struct chunk chunks[2];
	uint32_t row; /* where the next chunk begins */
	uint32_t column;
};

/* Waits for a chunk and passes it to the sink, without the padding. */
static VkcResult deliver(struct reader *reader, struct chunk *chunk)
{
	VkcResult result;
	struct gram *gram = reader->gram;
	TRY(stream_wait(&gram->engine->stream, chunk->ticket));
	chunk->pending = false;
	const struct buffer *from = chunk->copied ? &chunk->staging : chunk->mapped;
	uint64_t offset = chunk->copied ? 0 : chunk->offset;
	TRY(buffer_invalidate(&gram->engine->device, from, offset,
	                      chunk->area.num_rows * chunk->stride * sizeof(int32_t)));
	struct area area = chunk->area;
	const int32_t *cells = (const int32_t *)(const void *)((const char *)from->mapped + offset);
	if (area.row < reader->total.row) {
		uint32_t skip = reader->total.row - area.row;
		cells += skip * chunk->stride;
		area.row += skip;
		area.num_rows -= min_u32(skip, area.num_rows);
	}
	uint32_t row_end = reader->total.row + reader->total.num_rows;
	if (area.row + area.num_rows > row_end)
		area.num_rows = row_end > area.row ? row_end - area.row : 0;
	area.num_columns = min_u32(area.num_columns, gram->rows->num_rows - area.column);
	if (area.num_rows)
		reader->sink(reader->user, &area, cells, chunk->stride);
error:
	return result;
}

static VkcResult ensure_staging(struct reader *reader, struct chunk *chunk)
{
	if (chunk->staging.handle)
		return VKC_SUCCESS;
	return buffer_create(&reader->gram->engine->device, BUFFER_STAGING, false, reader->chunk_bytes,
	                     "The staging buffer for results", &chunk->staging);
}

/* ---- Rows of the stored matrix -------------------------------------------------- */

/* Begins a chunk with the next rows that are ready, within one segment. */
static VkcResult begin_stored(struct reader *reader, struct chunk *chunk, uint32_t end)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = reader->gram;
	uint64_t row_bytes = (uint64_t)gram->rows->padded * sizeof(int32_t);
	uint32_t max = (uint32_t)(reader->chunk_bytes / row_bytes);
	uint32_t in_segment = gram->rows_per_segment - reader->row % gram->rows_per_segment;
	uint32_t count = min_u32(min_u32(end - reader->row, max), in_segment);
	chunk->area = (struct area){.row = reader->row,
	                            .num_rows = count,
	                            .num_columns = gram->rows->padded};
	chunk->stride = gram->rows->padded;
	chunk->mapped = gram_row(gram, reader->row, &chunk->offset);
	chunk->copied = !chunk->mapped->mapped;
	chunk->ticket = 0;
	if (chunk->copied) {
		TRY(ensure_staging(reader, chunk));
		TRY(stream_begin(&gram->engine->stream));
		stream_copy(&gram->engine->stream, chunk->mapped, chunk->offset, &chunk->staging, 0,
		            count * row_bytes);
		TRY(stream_submit(&gram->engine->stream, &chunk->ticket));
	}
	chunk->pending = true;
	reader->row += count;
error:
	return result;
}

static VkcResult read_stored(struct reader *reader)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = reader->gram;
	uint32_t end = reader->total.row + reader->total.num_rows;
	reader->row = reader->total.row;
	unsigned current = 0;
	while (reader->row < end) {
		if (gram->rows_ready <= reader->row && gram->rows_ready < gram->rows->padded) {
			TRY(gram_advance(gram));
			continue;
		}
		struct chunk *chunk = &reader->chunks[current];
		if (chunk->pending)
			TRY(deliver(reader, chunk));
		TRY(begin_stored(reader, chunk, min_u32(end, gram->rows_ready)));
		current = 1 - current;
		/* Mapped rows need no copy. */
		if (!chunk->copied)
			TRY(deliver(reader, chunk));
	}
error:
	return result;
}

/* ---- Cells computed for one use --------------------------------------------------- */

static VkcResult begin_computed(struct reader *reader, struct chunk *chunk)
{
	VkcResult result;
	struct gram *gram = reader->gram;
	if (!chunk->computed.handle)
		TRY(buffer_create(&gram->engine->device, BUFFER_DEVICE, false, reader->chunk_bytes,
		                  "A part of the matrix", &chunk->computed));
	uint64_t size = chunk->area.num_rows * (uint64_t)chunk->area.num_columns * sizeof(int32_t);
	chunk->stride = chunk->area.num_columns;
	chunk->mapped = &chunk->computed;
	chunk->offset = 0;
	chunk->copied = !chunk->computed.mapped;
	if (chunk->copied)
		TRY(ensure_staging(reader, chunk));
	TRY(stream_begin(&gram->engine->stream));
	const struct tile_target to = {.buffer = &chunk->computed,
	                               .row = chunk->area.row,
	                               .column = chunk->area.column,
	                               .columns = chunk->area.num_columns};
	TRY(gram_compute(gram, &chunk->area, &to));
	if (chunk->copied) {
		stream_barrier(&gram->engine->stream);
		stream_copy(&gram->engine->stream, &chunk->computed, 0, &chunk->staging, 0, size);
	}
	TRY(stream_submit(&gram->engine->stream, &chunk->ticket));
	chunk->pending = true;
error:
	return result;
}

/* The area of the next chunk: whole rows if the submit budget and the buffer allow it, else part of
 * a panel. Returns false at the end. */
static bool next_computed(struct reader *reader, const struct submit_budget *submit_budget,
                          struct area *area)
{
	uint32_t padded = reader->gram->rows->padded;
	const uint32_t tile_rows = gram_tile_rows(reader->gram);
	uint32_t end = reader->total.row + reader->total.num_rows;
	if (reader->row >= end)
		return false;
	uint64_t max = reader->chunk_bytes / sizeof(int32_t) / tile_rows;
	max = max < submit_budget->work * TILE ? max : submit_budget->work * TILE;
	max = max < TILE ? TILE : max / TILE * TILE;
	uint32_t width = padded - reader->column;
	*area = (struct area){.row = reader->row, .num_rows = tile_rows, .column = reader->column};
	if (max < width) {
		area->num_columns = (uint32_t)max;
		reader->column += area->num_columns;
		return true;
	}
	area->num_columns = width;
	uint32_t first_column = reader->upper ? reader->row / TILE * TILE : 0;
	if (reader->column == first_column) {
		uint64_t panels = max / width;
		uint64_t panels_left = (end - reader->row + tile_rows - 1) / tile_rows;
		area->num_rows = (uint32_t)(panels < panels_left ? panels : panels_left) * tile_rows;
	}
	reader->row += area->num_rows;
	reader->column = reader->upper ? reader->row / TILE * TILE : 0;
	return true;
}

static VkcResult read_computed(struct reader *reader)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = reader->gram;
	const uint32_t tile_rows = gram_tile_rows(gram);
	struct submit_budget submit_budget =
		/* in tiles of tile_rows x TILE */
		submit_budget_start(&gram->engine->device, 16 * TILE / tile_rows);
	unsigned current = 0;
	reader->row = reader->total.row / tile_rows * tile_rows;
	reader->column = reader->upper ? reader->row / TILE * TILE : 0;
	struct area area;
	while (next_computed(reader, &submit_budget, &area)) {
		struct chunk *chunk = &reader->chunks[current];
		if (chunk->pending) {
			TRY(deliver(reader, chunk));
			uint64_t tiles =
				(uint64_t)chunk->area.num_rows / tile_rows * (chunk->area.num_columns / TILE);
			submit_budget_update(&submit_budget, tiles, &gram->engine->stream);
		}
		chunk->area = area;
		TRY(begin_computed(reader, chunk));
		current = 1 - current;
	}
error:
	return result;
}

VkcResult tiles_read(struct gram *gram, uint32_t first, uint32_t count, bool upper,
                     tile_sink sink, void *user)
{
	VkcResult result;
	struct reader reader = {
		.gram = gram,
		.total = {.row = first, .num_rows = count, .num_columns = gram->rows->num_rows},
		.upper = upper,
		.sink = sink,
		.user = user,
	};
	uint64_t row_bytes = (uint64_t)gram->rows->padded * sizeof(int32_t);
	uint64_t tile_bytes = (uint64_t)TILE * TILE * sizeof(int32_t);
	TRY(gram_plan(gram));

	gram_note_rows(gram, first, count);
	bool use_stored = gram_is_best_for_rows(gram, first, count);
	uint64_t min_bytes = use_stored ? row_bytes : tile_bytes;
	reader.chunk_bytes = budget_for_chunk(&gram->engine->budget);
	if (!use_stored && reader.chunk_bytes > row_bytes * gram->rows->padded)
		reader.chunk_bytes = row_bytes * gram->rows->padded;
	if (!use_stored && reader.chunk_bytes > gram->engine->device.limits.storage_range)
		reader.chunk_bytes = gram->engine->device.limits.storage_range;
	if (reader.chunk_bytes < min_bytes)
		reader.chunk_bytes = min_bytes;

	TRY(use_stored ? read_stored(&reader) : read_computed(&reader));
	/* Deliver the chunks still in flight, oldest first. */
	for (int i = 0; i < 2; i++) {
		struct chunk *older = &reader.chunks[0];
		if (!older->pending ||
		    (reader.chunks[1].pending && reader.chunks[1].ticket < older->ticket))
			older = &reader.chunks[1];
		if (older->pending)
			TRY(deliver(&reader, older));
	}
error:
	if (result != VKC_SUCCESS)
		gram_invalidate(gram);
	for (int i = 0; i < 2; i++) {
		buffer_destroy(&gram->engine->device, &reader.chunks[i].computed);
		buffer_destroy(&gram->engine->device, &reader.chunks[i].staging);
	}
	return result;
}
