/* SPDX-License-Identifier: MIT
 *
 * heatmap: draws the similarity matrix. Only one panel of rows and the cells of the picture are in
 * memory at a time.
 */
#include "commands/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "picture/heatmap.h"
#include "base/message.h"
#include "base/numbers.h"
#include "files/output.h"
#include "session/panels.h"
#include "picture/seriation.h"
#include "session/session.h"
#include "base/size.h"

/* Returns the cell of each row in the picture. */
static uint32_t *cells_of_rows(const uint32_t *order, uint32_t rows, uint32_t cells)
{
	uint32_t *cell_of = calloc(rows, sizeof(*cell_of));
	uint32_t position;

	for (position = 0; cell_of && position < rows; position++)
		cell_of[order[position]] = (uint32_t)((uint64_t)position * cells / rows);
	return cell_of;
}

static int no_memory(const struct command_line *options)
{
	message_error(options, "there is not enough memory for the picture");
	return EXIT_FAILED;
}

struct drawing {
	struct heatmap *map;
	const uint32_t *cell_of; /* of each row */
};

/* Adds up the similarities in each cell. */
static int add_rows(void *user, uint32_t first, uint32_t count, const float *panel)
{
	const struct drawing *drawing = user;
	const struct heatmap *map = drawing->map;
	const uint32_t *cell_of = drawing->cell_of;
	uint32_t i, j;

	for (i = 0; i < count; i++) {
		double *cells = map->cells + (size_t)cell_of[first + i] * map->size;
		const float *row = panel + (uint64_t)i * map->rows;

		for (j = 0; j < map->rows; j++)
			cells[cell_of[j]] += (double)row[j];
	}
	return EXIT_GOOD;
}

static void average(struct heatmap *map, const uint32_t *cell_of)
{
	uint32_t *counts = map->counts, row, column;

	for (row = 0; row < map->rows; row++)
		counts[cell_of[row]]++;
	for (row = 0; row < map->size; row++)
		for (column = 0; column < map->size; column++)
			map->cells[(size_t)row * map->size + column] /=
				(double)counts[row] * (double)counts[column];
}

static int find_order(struct session *session, const char *order_name, uint32_t *order)
{
	uint32_t rows = session->input.table.rows, i;

	if (strcmp(order_name, "cluster") == 0)
		return seriate_clusters(session, order);
	if (strcmp(order_name, "diversity") == 0)
		return vkc_compute_diversity_sequence(session->context, 0, order) == VKC_SUCCESS
		           ? EXIT_GOOD
		           : session_failed(session);
	for (i = 0; i < rows; i++)
		order[i] = i;
	return EXIT_GOOD;
}

static int compute(struct session *session, struct heatmap *map)
{
	uint32_t *order = calloc((size_t)map->rows + 1, sizeof(*order)), *cell_of = NULL;
	int status = order ? session_upload(session) : no_memory(session->options);
	struct drawing drawing = {.map = map};

	if (status == EXIT_GOOD)
		status = find_order(session, map->order, order);
	if (status == EXIT_GOOD) {
		cell_of = cells_of_rows(order, map->rows, map->size);
		map->cells = calloc((size_t)map->size * map->size + 1, sizeof(*map->cells));
		map->counts = calloc((size_t)map->size + 1, sizeof(*map->counts));
		drawing.cell_of = cell_of;
		status = cell_of && map->cells && map->counts
		             ? panels_each(session, 0, map->rows, true, add_rows, &drawing)
		             : no_memory(session->options);
	}
	if (status == EXIT_GOOD)
		average(map, cell_of);
	free(order);
	free(cell_of);
	return status;
}

int command_heatmap(const struct command_line *options)
{
	struct heatmap map = {.order = options->order ? options->order : "file"};
	struct session session = {0};
	struct output output = {0};
	struct problem problem;
	int status = session_needs_output(options);

	if (status == EXIT_GOOD && strcmp(map.order, "file") != 0 &&
	    strcmp(map.order, "diversity") != 0 && strcmp(map.order, "cluster") != 0)
		status = message_usage(options, "--order takes file, diversity or cluster, not '%s'",
		                       map.order);
	if (status == EXIT_GOOD && options->range && !parse_range(options->range, &map.low, &map.high))
		status = message_usage(options, "--range takes two numbers of -1 … 1, such as 0.2:0.9, "
		                                "not '%s'",
		                       options->range);
	if (status == EXIT_GOOD)
		status = session_read(&session, options);
	map.rows = session.input.table.rows;
	map.size = min_u32(map.rows, options->size);
	map.cell_pixels = map.size ? options->size / map.size : 1;
	if (status == EXIT_GOOD && !output_open(&output, options->output, 0, &problem))
		status = message_failed(options, &problem);
	if (status == EXIT_GOOD)
		status = compute(&session, &map);
	if (status == EXIT_GOOD && (!heatmap_draw(&map, &output, &problem) ||
	                            !output_commit(&output, &problem)))
		status = message_failed(options, &problem);
	output_close(&output);
	free(map.cells);
	free(map.counts);
	session_close(&session);
	return status;
}
