/* SPDX-License-Identifier: MIT */
#include "matrix/tile_reader.h"

#include <string.h>

#include "base/minmax.h"

struct piece {
	struct area area;
	struct buffer computed; /* on the device, where the cells are computed for this once */
	struct buffer staging;  /* where what the device holds cannot be mapped */
	uint64_t ticket;
	bool busy;
	bool copied; /* to staging; else read from `mapped` */
	const struct buffer *mapped;
	uint64_t offset; /* of the piece in `mapped` */
	uint64_t stride; /* cells */
};

struct reader {
	struct gram *gram;
	struct area total; /* rows asked for, all columns, padded to tiles */
	bool upper;
	tile_sink sink;
	void *user;
	uint64_t piece_bytes;
	struct piece pieces[2];
	uint32_t row; /* of the next piece */
	uint32_t column;
};

/* Hands a piece that has arrived to the sink, without the padding. */
static VkcResult take(struct reader *reader, struct piece *piece)
{
	VkcResult result;
	struct gram *gram = reader->gram;
	TRY(stream_wait(&gram->engine->stream, piece->ticket));
	piece->busy = false;
	const struct buffer *from = piece->copied ? &piece->staging : piece->mapped;
	uint64_t offset = piece->copied ? 0 : piece->offset;
	TRY(buffer_invalidate(&gram->engine->device, from, offset,
	                      piece->area.num_rows * piece->stride * sizeof(int32_t)));
	struct area area = piece->area;
	const int32_t *cells = (const int32_t *)(const void *)((const char *)from->mapped + offset);
	if (area.row < reader->total.row) {
		uint32_t skip = reader->total.row - area.row;
		cells += skip * piece->stride;
		area.row += skip;
		area.num_rows -= min_u32(skip, area.num_rows);
	}
	uint32_t row_end = reader->total.row + reader->total.num_rows;
	if (area.row + area.num_rows > row_end)
		area.num_rows = row_end > area.row ? row_end - area.row : 0;
	area.num_columns = min_u32(area.num_columns, gram->rows->num_rows - area.column);
	if (area.num_rows)
		reader->sink(reader->user, &area, cells, piece->stride);
error:
	return result;
}

static VkcResult need_staging(struct reader *reader, struct piece *piece)
{
	if (piece->staging.handle)
		return VKC_SUCCESS;
	return buffer_create(&reader->gram->engine->device, BUFFER_STAGING, false, reader->piece_bytes,
	                     "The staging of results", &piece->staging);
}

/* ---- From the kept matrix ------------------------------------------------------- */

/* Begins with the next rows that are ready, within one segment. */
static VkcResult begin_kept(struct reader *reader, struct piece *piece, uint32_t end)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = reader->gram;
	uint64_t row_bytes = (uint64_t)gram->rows->padded * sizeof(int32_t);
	uint32_t max = (uint32_t)(reader->piece_bytes / row_bytes);
	uint32_t in_segment = gram->rows_per_segment - reader->row % gram->rows_per_segment;
	uint32_t count = min_u32(min_u32(end - reader->row, max), in_segment);
	piece->area = (struct area){.row = reader->row,
	                            .num_rows = count,
	                            .num_columns = gram->rows->padded};
	piece->stride = gram->rows->padded;
	piece->mapped = gram_row(gram, reader->row, &piece->offset);
	piece->copied = !piece->mapped->mapped;
	piece->ticket = 0;
	if (piece->copied) {
		TRY(need_staging(reader, piece));
		TRY(stream_begin(&gram->engine->stream));
		stream_copy(&gram->engine->stream, piece->mapped, piece->offset, &piece->staging, 0,
		            count * row_bytes);
		TRY(stream_submit(&gram->engine->stream, &piece->ticket));
	}
	piece->busy = true;
	reader->row += count;
error:
	return result;
}

static VkcResult stream_kept(struct reader *reader)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = reader->gram;
	uint32_t end = reader->total.row + reader->total.num_rows;
	reader->row = reader->total.row;
	unsigned turn = 0;
	while (reader->row < end) {
		if (gram->rows_ready <= reader->row && gram->rows_ready < gram->rows->padded) {
			TRY(gram_advance(gram));
			continue;
		}
		struct piece *piece = &reader->pieces[turn];
		if (piece->busy)
			TRY(take(reader, piece));
		TRY(begin_kept(reader, piece, min_u32(end, gram->rows_ready)));
		turn = 1 - turn;
		/* Mapped rows are there already. */
		if (!piece->copied)
			TRY(take(reader, piece));
	}
error:
	return result;
}

/* ---- Computed for this once ------------------------------------------------------- */

static VkcResult begin_computed(struct reader *reader, struct piece *piece)
{
	VkcResult result;
	struct gram *gram = reader->gram;
	if (!piece->computed.handle)
		TRY(buffer_create(&gram->engine->device, BUFFER_DEVICE, false, reader->piece_bytes,
		                  "A part of the matrix", &piece->computed));
	uint64_t size = piece->area.num_rows * (uint64_t)piece->area.num_columns * sizeof(int32_t);
	piece->stride = piece->area.num_columns;
	piece->mapped = &piece->computed;
	piece->offset = 0;
	piece->copied = !piece->computed.mapped;
	if (piece->copied)
		TRY(need_staging(reader, piece));
	TRY(stream_begin(&gram->engine->stream));
	const struct tile_target to = {.buffer = &piece->computed,
	                               .row = piece->area.row,
	                               .column = piece->area.column,
	                               .columns = piece->area.num_columns};
	TRY(gram_compute(gram, &piece->area, &to));
	if (piece->copied) {
		stream_barrier(&gram->engine->stream);
		stream_copy(&gram->engine->stream, &piece->computed, 0, &piece->staging, 0, size);
	}
	TRY(stream_submit(&gram->engine->stream, &piece->ticket));
	piece->busy = true;
error:
	return result;
}

/* The next piece: whole rows while the submit budget and the buffer allow, else a part of a strip
 * of tiles. False at the end. */
static bool next_computed(struct reader *reader, const struct submit_budget *submit_budget, struct area *area)
{
	uint32_t padded = reader->gram->rows->padded;
	const uint32_t unit = gram_strip_rows(reader->gram);
	uint32_t end = reader->total.row + reader->total.num_rows;
	if (reader->row >= end)
		return false;
	uint64_t max = reader->piece_bytes / sizeof(int32_t) / unit;
	max = max < submit_budget->units * TILE ? max : submit_budget->units * TILE;
	max = max < TILE ? TILE : max / TILE * TILE;
	uint32_t width = padded - reader->column;
	*area = (struct area){.row = reader->row, .num_rows = unit, .column = reader->column};
	if (max < width) {
		area->num_columns = (uint32_t)max;
		reader->column += area->num_columns;
		return true;
	}
	area->num_columns = width;
	uint32_t first_column = reader->upper ? reader->row / TILE * TILE : 0;
	if (reader->column == first_column) {
		uint64_t strips = max / width;
		uint64_t needed = (end - reader->row + unit - 1) / unit;
		area->num_rows = (uint32_t)(strips < needed ? strips : needed) * unit;
	}
	reader->row += area->num_rows;
	reader->column = reader->upper ? reader->row / TILE * TILE : 0;
	return true;
}

static VkcResult stream_computed(struct reader *reader)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = reader->gram;
	const uint32_t unit = gram_strip_rows(gram);
	struct submit_budget submit_budget = submit_budget_start(&gram->engine->device, 16 * TILE / unit); /* in unit x TILE */
	unsigned turn = 0;
	reader->row = reader->total.row / unit * unit;
	reader->column = reader->upper ? reader->row / TILE * TILE : 0;
	struct area area;
	while (next_computed(reader, &submit_budget, &area)) {
		struct piece *piece = &reader->pieces[turn];
		if (piece->busy) {
			TRY(take(reader, piece));
			uint64_t tiles =
				(uint64_t)piece->area.num_rows / unit * (piece->area.num_columns / TILE);
			submit_budget_update(&submit_budget, tiles, &gram->engine->stream);
		}
		piece->area = area;
		TRY(begin_computed(reader, piece));
		turn = 1 - turn;
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
	bool kept = gram_is_best_for_rows(gram, first, count);
	uint64_t least_bytes = kept ? row_bytes : tile_bytes;
	reader.piece_bytes = budget_for_piece(&gram->engine->budget);
	if (!kept && reader.piece_bytes > row_bytes * gram->rows->padded)
		reader.piece_bytes = row_bytes * gram->rows->padded;
	if (!kept && reader.piece_bytes > gram->engine->device.limits.storage_range)
		reader.piece_bytes = gram->engine->device.limits.storage_range;
	if (reader.piece_bytes < least_bytes)
		reader.piece_bytes = least_bytes;

	TRY(kept ? stream_kept(&reader) : stream_computed(&reader));
	/* What is still on its way, the older piece first. */
	for (int i = 0; i < 2; i++) {
		struct piece *older = &reader.pieces[0];
		if (!older->busy || (reader.pieces[1].busy && reader.pieces[1].ticket < older->ticket))
			older = &reader.pieces[1];
		if (older->busy)
			TRY(take(&reader, older));
	}
error:
	if (result != VKC_SUCCESS)
		gram_distrust(gram);
	for (int i = 0; i < 2; i++) {
		buffer_destroy(&gram->engine->device, &reader.pieces[i].computed);
		buffer_destroy(&gram->engine->device, &reader.pieces[i].staging);
	}
	return result;
}
