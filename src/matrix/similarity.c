/* SPDX-License-Identifier: MIT */
#include "matrix/similarity.h"

#include "matrix/tile_reader.h"

struct output {
	float *cells;
	uint32_t num_rows; /* rows of the whole matrix */
	uint32_t first;    /* the matrix row that is row 0 of the output */
};

static void convert(const int32_t *from, float *to, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		to[i] = q30_to_float(from[i]);
}

static void put_rows(void *user, const struct area *area, const int32_t *cells, uint64_t stride)
{
	const struct output *output = user;
	for (uint32_t r = 0; r < area->num_rows; r++) {
		uint64_t row = area->row + r - output->first;
		convert(cells + r * stride, output->cells + row * output->num_rows + area->column,
		        area->num_columns);
	}
}

/* Writes a chunk of the upper triangle and its mirror image. Works in blocks so that column-wise
 * writes stay in the cache. */
static void put_mirrored(void *user, const struct area *area, const int32_t *cells, uint64_t stride)
{
	enum {
		BLOCK = 32
	};
	const struct output *output = user;
	uint64_t n = output->num_rows;
	put_rows(user, area, cells, stride);
	for (uint32_t c = 0; c < area->num_columns; c += BLOCK) {
		for (uint32_t r = 0; r < area->num_rows; r++) {
			uint32_t row = area->row + r;
			for (uint32_t i = c; i < c + BLOCK && i < area->num_columns; i++)
				if (area->column + i > row)
					output->cells[(area->column + i) * n + row] =
						q30_to_float(cells[r * stride + i]);
		}
	}
}

static void put_packed(void *user, const struct area *area, const int32_t *cells, uint64_t stride)
{
	const struct output *output = user;
	uint64_t n = output->num_rows;
	for (uint32_t r = 0; r < area->num_rows; r++) {
		uint64_t row = area->row + r;
		uint64_t skip = row + 1 > area->column ? row + 1 - area->column : 0;
		if (skip >= area->num_columns)
			continue;
		/* The rows above hold n - 1, n - 2, … values. */
		uint64_t before = row * n - row * (row + 1) / 2;
		uint64_t at = before + area->column + skip - row - 1;
		convert(cells + r * stride + skip, output->cells + at,
		        area->num_columns - (uint32_t)skip);
	}
}

VkcResult similarity_rows(struct gram *gram, uint32_t first, uint32_t count, float *output)
{
	struct output to = {.cells = output, .num_rows = gram->rows->num_rows, .first = first};
	return tiles_read(gram, first, count, false, put_rows, &to);
}

VkcResult similarity_matrix(struct gram *gram, float *output)
{
	struct output to = {.cells = output, .num_rows = gram->rows->num_rows};
	VkcResult result = gram_plan(gram);
	if (result != VKC_SUCCESS)
		return result;
	if (gram->stored)
		return tiles_read(gram, 0, to.num_rows, false, put_rows, &to);
	return tiles_read(gram, 0, to.num_rows, true, put_mirrored, &to);
}

VkcResult similarity_packed(struct gram *gram, float *output)
{
	struct output to = {.cells = output, .num_rows = gram->rows->num_rows};
	return tiles_read(gram, 0, to.num_rows, true, put_packed, &to);
}
