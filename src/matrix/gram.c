/* SPDX-License-Identifier: MIT */
#include "matrix/gram.h"

#include <stdlib.h>

#include "base/minmax.h"
#include "interface/gram.h"

_Static_assert(sizeof(struct gram_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

VkcResult gram_open(struct gram *gram, struct engine *engine, const struct rows *rows)
{
	*gram = (struct gram){.engine = engine, .rows = rows};
	return gram_kernels_open(&gram->kernels, engine);
}

void gram_reset(struct gram *gram)
{
	if (gram->segments)
		for (uint32_t i = 0; i < gram->num_segments; i++)
			buffer_destroy(&gram->engine->device, &gram->segments[i]);
	free(gram->segments);
	*gram = (struct gram){
		.engine = gram->engine,
		.rows = gram->rows,
		.kernels = gram->kernels,
	};
}

void gram_free_host(struct gram *gram)
{
	free(gram->segments);
	gram->segments = NULL;
}

void gram_close(struct gram *gram)
{
	if (!gram->engine)
		return;
	gram_reset(gram);
	gram_kernels_close(&gram->kernels);
}

/* The kernel for the uploaded rows. */
static const struct gram_kernel *choose_kernel(const struct gram *gram)
{
	return gram_kernels_choose(&gram->kernels, GRAM_PLAIN, gram->rows->quads);
}

uint32_t gram_tile_rows(const struct gram *gram)
{
	return choose_kernel(gram)->rows;
}

static VkcResult get_kernel(struct gram *gram, bool mirror, const struct kernel **kernel)
{
	return gram_kernels_get(&gram->kernels, choose_kernel(gram),
	                        mirror ? GRAM_MIRRORED : GRAM_PLAIN, sizeof(struct gram_push), kernel);
}

uint32_t gram_max_segments(const struct device *device)
{
	if (device->limits.texel_elements)
		return 7;
	/* The state of the walks takes one more storage buffer. */
	return device->limits.storage_buffers >= 8 ? 7 : 3;
}

static uint64_t matrix_row_bytes(const struct gram *gram)
{
	return (uint64_t)gram->rows->padded * sizeof(int32_t);
}

static bool lay_out(struct gram *gram)
{
	const struct limits *limits = &gram->engine->device.limits;
	uint64_t row_bytes = matrix_row_bytes(gram);
	uint64_t max_read = limits->texel_elements ? limits->texel_elements * 16
	                                           : limits->storage_range;
	if (limits->allocation < max_read)
		max_read = limits->allocation;
	uint64_t max_written = limits->storage_range < max_read ? limits->storage_range : max_read;
	uint32_t padded = gram->rows->padded;
	gram->quads = padded / 4;
	uint64_t window = max_written / row_bytes / TILE * TILE;
	gram->rows_per_window = window < padded ? (uint32_t)window : padded;
	if (!gram->rows_per_window)
		return false;
	uint64_t segment = max_read / row_bytes / gram->rows_per_window * gram->rows_per_window;
	gram->rows_per_segment = segment < padded ? (uint32_t)segment : padded;
	gram->num_segments = (padded - 1) / gram->rows_per_segment + 1;
	if (gram->num_segments > gram_max_segments(&gram->engine->device))
		return false;
	return padded * row_bytes <= budget_for_matrix(&gram->engine->budget, padded);
}

static VkcResult allocate(struct gram *gram)
{
	VkcResult result = VKC_SUCCESS;
	gram->segments = calloc(gram->num_segments, sizeof(*gram->segments));
	if (!gram->segments)
		return error_set(gram->engine->device.error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left to describe the matrix: free some.");
	for (uint32_t i = 0; i < gram->num_segments; i++) {
		uint32_t first = i * gram->rows_per_segment;
		uint32_t count = gram->rows->padded - first;
		count = count < gram->rows_per_segment ? count : gram->rows_per_segment;
		TRY(buffer_create(&gram->engine->device, BUFFER_DEVICE,
		                  gram->engine->device.limits.texel_elements > 0,
		                  count * matrix_row_bytes(gram), "The matrix", &gram->segments[i]));
	}
error:
	return result;
}

VkcResult gram_plan(struct gram *gram)
{
	VkcResult result;
	if (gram->planned)
		return VKC_SUCCESS;
	bool fits = gram->engine->device.tuning.matrix != 0 && lay_out(gram);
	if (fits) {
		result = allocate(gram);
		if (result == VKC_ERROR_OUT_OF_DEVICE_MEMORY) {
			/* Other programs use the device's memory: proceed as if the matrix did not fit. */
			gram_reset(gram);
			fits = false;
		} else if (result != VKC_SUCCESS) {
			gram_reset(gram);
			goto error;
		}
	}
	gram->stored = fits;
	gram->planned = true;
	const struct kernel *kernel;
	if (fits)
		TRY(get_kernel(gram, true, &kernel));
	gram->submit_budget = submit_budget_start(&gram->engine->device, 16);
	return VKC_SUCCESS;
error:
	gram_reset(gram);
	return result;
}

/* Whether advancing the stored matrix to these rows costs no more than computing them alone. */
static bool gives_rows_cheaply(const struct gram *gram, uint32_t first, uint32_t count)
{
	const uint64_t end = (uint64_t)first + count;
	const uint64_t ready = gram->rows_ready;
	const uint64_t padded = gram->rows->padded;
	if (end <= ready)
		return true;
	/* Advancing computes only the upper triangle of rows `ready` to `end`; rows computed alone are
	 * full rectangles. */
	return (end - ready) * (2 * padded - ready - end) / 2 <= count * padded;
}

static bool is_complete(const struct gram *gram)
{
	return gram->rows_ready == gram->rows->padded;
}

/* Whether so many rows were requested, `more` included, that the whole matrix pays. */
static bool many_rows_requested(const struct gram *gram, uint64_t more)
{
	return gram->rows_requested + more >= gram->rows->num_rows / 8;
}

bool gram_pays(const struct gram *gram, uint64_t more)
{
	if (gram->planned && !gram->stored)
		return false;
	return is_complete(gram) || many_rows_requested(gram, more);
}

void gram_note_rows(struct gram *gram, uint32_t first, uint32_t count)
{
	if (!gives_rows_cheaply(gram, first, count))
		gram->rows_requested += count;
}

void gram_note_scattered_rows(struct gram *gram, uint64_t count)
{
	if (!is_complete(gram))
		gram->rows_requested += count;
}

bool gram_is_best_for_rows(const struct gram *gram, uint32_t first, uint32_t count)
{
	return gram->stored && (gives_rows_cheaply(gram, first, count) || many_rows_requested(gram, 0));
}

bool gram_is_best_for_scattered_rows(const struct gram *gram)
{
	return gram->stored && (is_complete(gram) || many_rows_requested(gram, 0));
}

uint32_t gram_rows_per_submission(const struct engine *engine, const struct rows *rows)
{
	const uint64_t products = (uint64_t)rows->padded * rows->dim;
	const uint64_t max = engine->profile.row_products / products;
	/* Kernels compute at least four rows together, which share the operands that they read. */
	return max < 4 ? 4 : (uint32_t)min_u64(max, UINT32_MAX);
}

const struct buffer *gram_row(const struct gram *gram, uint32_t row, uint64_t *offset)
{
	*offset = row % gram->rows_per_segment * matrix_row_bytes(gram);
	return &gram->segments[row / gram->rows_per_segment];
}

/* A binding of the window that contains a row. */
static struct binding window_binding(const struct gram *gram, uint32_t row)
{
	struct binding binding = {0};
	uint32_t first = row / gram->rows_per_window * gram->rows_per_window;
	binding.buffer = gram_row(gram, first, &binding.offset);
	binding.size = gram->rows_per_window * matrix_row_bytes(gram);
	if (binding.offset + binding.size > binding.buffer->size)
		binding.size = binding.buffer->size - binding.offset;
	return binding;
}

static struct binding rows_binding(const struct rows *rows, uint32_t row)
{
	return (struct binding){.buffer = &rows->blocks[row / rows->rows_per_block]};
}

/* The distance from `first` towards `end` that one dispatch can cover: within one block of rows,
 * one window of the matrix (0 = no windows), and the maximum number of workgroups. */
static uint32_t span(const struct gram *gram, uint32_t first, uint32_t end, uint32_t window,
                     uint32_t group)
{
	uint32_t block = gram->rows->rows_per_block;
	end = min_u32(end, first + min_u32(block - first % block, UINT32_MAX - first));
	if (window)
		end = min_u32(end, first + min_u32(window - first % window, UINT32_MAX - first));
	return min_u32(end - first,
	               min_u32(gram->engine->device.limits.group_count, UINT32_MAX / TILE) * group);
}

/* Records an area as dispatches that each stay within one block of rows and one window. */
static VkcResult record(struct gram *gram, const struct area *area, const struct tile_target *to)
{
	VkcResult result;
	const uint32_t tile_rows = gram_tile_rows(gram);
	const struct rows *rows = gram->rows;
	const struct kernel *kernel;
	TRY(get_kernel(gram, !to, &kernel));
	uint32_t window = to ? 0 : gram->rows_per_window;
	uint32_t row_end = area->row + area->num_rows;
	uint32_t column_end = area->column + area->num_columns;
	uint32_t height, width;
	for (uint32_t row = area->row; row < row_end; row += height) {
		height = span(gram, row, row_end, window, tile_rows);
		for (uint32_t column = area->column; column < column_end; column += width) {
			width = span(gram, column, column_end, window, TILE);
			struct gram_push push = {
				.a_first = row % rows->rows_per_block * rows->quads,
				.b_first = column % rows->rows_per_block * rows->quads,
				.quads = rows->quads,
				.row = row,
				.column = column,
			};
			struct binding bindings[4] = {rows_binding(rows, row),
			                              rows_binding(rows, column)};
			if (to) {
				bindings[2] = (struct binding){.buffer = to->buffer};
				push.result_quads = to->columns / 4;
				push.result_first = (row - to->row) * push.result_quads + (column - to->column) / 4;
			} else {
				bindings[2] = window_binding(gram, row);
				bindings[3] = window_binding(gram, column);
				push.result_quads = push.mirror_quads = gram->quads;
				push.result_first = row % window * gram->quads + column / 4;
				push.mirror_first = column % window * gram->quads + row / 4;
			}
			TRY(stream_dispatch(&gram->engine->stream, kernel, bindings, &push, width / TILE,
			                    height / tile_rows));
		}
	}
error:
	return result;
}

VkcResult gram_compute(struct gram *gram, const struct area *area, const struct tile_target *to)
{
	return record(gram, area, to);
}

/* The part of the upper triangle for the next submission: several panels of TILE rows, or part of
 * one. */
static struct area next_area(const struct gram *gram)
{
	uint32_t padded = gram->rows->padded;
	uint64_t panel_tiles = (padded - gram->next_row) / TILE;
	struct area area = {.row = gram->next_row, .num_rows = TILE, .column = gram->next_column};
	uint64_t left = (padded - gram->next_column) / TILE;
	if (gram->submit_budget.work < left) {
		area.num_columns = (uint32_t)gram->submit_budget.work * TILE;
	} else {
		area.num_columns = padded - gram->next_column;
		if (gram->next_column == gram->next_row) {
			uint64_t panels = gram->submit_budget.work / panel_tiles;
			area.num_rows = (uint32_t)(panels < panel_tiles ? panels : panel_tiles) * TILE;
		}
	}
	return area;
}

static VkcResult submit_next(struct gram *gram)
{
	VkcResult result;
	struct area area = next_area(gram);
	uint64_t tiles = (uint64_t)(area.num_rows / TILE) * (area.num_columns / TILE);
	TRY(stream_begin(&gram->engine->stream));
	TRY(record(gram, &area, NULL));
	uint64_t ticket;
	TRY(stream_submit(&gram->engine->stream, &ticket));
	gram->next_column = area.column + area.num_columns;
	if (gram->next_column == gram->rows->padded) {
		gram->next_row += area.num_rows;
		gram->next_column = gram->next_row;
	}
	gram->in_flight[gram->num_in_flight].ticket = ticket;
	gram->in_flight[gram->num_in_flight].tiles = tiles;
	gram->in_flight[gram->num_in_flight].rows = gram->next_row;
	gram->num_in_flight++;
error:
	return result;
}

VkcResult gram_advance(struct gram *gram)
{
	VkcResult result;
	uint32_t before = gram->rows_ready;
	do {
		while (gram->num_in_flight < 2 && gram->next_row < gram->rows->padded)
			TRY(submit_next(gram));
		TRY(stream_wait(&gram->engine->stream, gram->in_flight[0].ticket));
		submit_budget_update(&gram->submit_budget, gram->in_flight[0].tiles, &gram->engine->stream);
		gram->rows_ready = gram->in_flight[0].rows;
		gram->in_flight[0] = gram->in_flight[1];
		gram->num_in_flight--;
		if (gram->next_row < gram->rows->padded)
			TRY(submit_next(gram));
	} while (gram->rows_ready == before && gram->rows_ready < gram->rows->padded);
	return VKC_SUCCESS;
error:
	gram_invalidate(gram);
	return result;
}

VkcResult gram_advance_to(struct gram *gram, uint32_t row)
{
	while (gram->rows_ready < row) {
		VkcResult result = gram_advance(gram);
		if (result != VKC_SUCCESS)
			return result;
	}
	return VKC_SUCCESS;
}

void gram_invalidate(struct gram *gram)
{
	(void)stream_drain(&gram->engine->stream);
	if (gram->rows_ready == gram->rows->padded)
		return;
	gram->next_row = 0;
	gram->next_column = 0;
	gram->rows_ready = 0;
	gram->num_in_flight = 0;
}
