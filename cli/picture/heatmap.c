/* SPDX-License-Identifier: MIT */
#include "picture/heatmap.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture/picture.h"

#define GAP 12
#define SCALE_WIDTH 28
#define TICK 6
#define BINS 65536
#define BEYOND 0.005 /* fraction of the cells beyond each end of the scale */

static const struct color black = {0, 0, 0};

/* Returns a step of 1, 2, 5 or 10 times a power of ten that gives about `parts` parts. */
static double round_step(double span, double parts)
{
	double power = pow(10, floor(log10(span / parts)));
	double ratio = span / parts / power;

	return power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2
	                              : ratio < 7.5   ? 5
	                                              : 10);
}

static int bin_of(double value)
{
	return (int)(fmin(fmax((value + 1) / 2, 0), 1) * (BINS - 1));
}

/* Chooses a scale that covers nearly all cells, so that outliers do not flatten the colours.
 * Ignores the diagonal, which is 1 everywhere. */
static bool find_range(struct heatmap *map)
{
	uint64_t *bins = calloc(BINS, sizeof(*bins));
	double total = (double)map->size * (map->size - 1.0), below = 0;
	int low = -1, high = -1, bin;
	uint32_t row, column;

	if (!bins)
		return false;
	for (row = 0; row < map->size; row++)
		for (column = 0; column < map->size; column++)
			if (row != column)
				bins[bin_of(map->cells[(size_t)row * map->size + column])]++;
	for (bin = 0; bin < BINS; bin++) {
		below += (double)bins[bin];
		if (low < 0 && below > total * BEYOND)
			low = bin;
		if (high < 0 && below >= total * (1 - BEYOND))
			high = bin;
	}
	free(bins);
	map->low = total > 0 ? 2.0 * low / (BINS - 1) - 1 : 0;
	map->high = total > 0 ? 2.0 * (high + 1) / (BINS - 1) - 1 : 1;
	/* If all cells are nearly equal, leave some room around them. */
	if (map->high - map->low < 0.01) {
		map->low = fmax(map->low - 0.05, -1);
		map->high = fmin(map->high + 0.05, 1);
	}
	return true;
}

static void draw_cells(const struct heatmap *map, struct picture *picture, uint32_t x, uint32_t y)
{
	uint32_t row, column;

	for (row = 0; row < map->size; row++) {
		for (column = 0; column < map->size; column++) {
			double value = map->cells[(size_t)row * map->size + column];
			double share = (value - map->low) / (map->high - map->low);

			picture_fill(picture, x + (int64_t)column * map->cell_pixels,
			             y + (int64_t)row * map->cell_pixels, map->cell_pixels,
			             map->cell_pixels, color_for(share));
		}
	}
}

/* Labels the left and lower sides with row numbers. */
static void draw_axes(const struct heatmap *map, struct picture *picture, uint32_t x, uint32_t y)
{
	uint32_t pixels = map->size * map->cell_pixels;
	double digits = floor(log10(map->rows)) + 1;
	double room = pixels / (LETTER_WIDTH * (digits + 3)); /* labels that fit side by side */
	double step = fmax(1, round_step(map->rows, fmin(fmax(room, 1), 6)));
	uint64_t number;

	for (number = 0; number < map->rows; number += (uint64_t)step) {
		int64_t at = (int64_t)(((double)number + 0.5) / map->rows * pixels);
		char text[24];
		int64_t width;

		snprintf(text, sizeof(text), "%" PRIu64, number);
		width = (int64_t)strlen(text) * LETTER_WIDTH;
		picture_fill(picture, (int64_t)x - TICK, y + at, TICK, 1, black);
		picture_write(picture, (int64_t)x - TICK - 3 - width, y + at - LETTER_HEIGHT / 2, text);
		picture_fill(picture, x + at, (int64_t)y + pixels, 1, TICK, black);
		picture_write(picture, x + at - width / 2, (int64_t)y + pixels + TICK + 4, text);
	}
}

static void draw_scale(const struct heatmap *map, struct picture *picture, uint32_t x, uint32_t y)
{
	uint32_t pixels = map->size * map->cell_pixels, row, i;
	double span = map->high - map->low;
	double step = round_step(span, fmin(8, fmax(1, pixels / (2.0 * LETTER_HEIGHT))));
	double first = ceil(map->low / step) * step;
	int decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;

	for (row = 0; row < pixels; row++)
		picture_fill(picture, x, y + row, SCALE_WIDTH, 1,
		             color_for(1 - (row + 0.5) / pixels));
	for (i = 0; first + i * step <= map->high + step * 1e-6; i++) {
		double value = first + i * step;
		int64_t at = (int64_t)((map->high - value) / span * (pixels - 1));
		double shown = fabs(value) < step * 1e-6 ? 0 : value;
		char text[32];

		snprintf(text, sizeof(text), "%.*f", decimals, shown);
		picture_fill(picture, x + SCALE_WIDTH, y + at, TICK, 1, black);
		picture_write(picture, x + SCALE_WIDTH + TICK + 4, y + at - LETTER_HEIGHT / 2, text);
	}
}

bool heatmap_draw(struct heatmap *map, struct output *output, struct problem *problem)
{
	uint32_t pixels = map->size * map->cell_pixels, left, top = 3 * GAP + LETTER_HEIGHT;
	uint32_t scale_room = SCALE_WIDTH + TICK + 8 * LETTER_WIDTH;
	struct picture picture = {0};
	char text[96];
	bool good;

	if (map->low == 0 && map->high == 0 && !find_range(map))
		return problem_set(problem, "there is not enough memory for the picture");
	snprintf(text, sizeof(text), "%u", map->rows);
	left = GAP + (uint32_t)strlen(text) * LETTER_WIDTH + TICK + 3;
	if (!picture_create(&picture, left + pixels + 2 * GAP + scale_room,
	                    top + pixels + TICK + LETTER_HEIGHT + 2 * GAP))
		return problem_set(problem, "there is not enough memory for the picture");
	snprintf(text, sizeof(text), "cosine similarity, %u %s, %s order", map->rows,
	         map->rows == 1 ? "row" : "rows", map->order);
	/* Omit a title that does not fit. */
	if (left + strlen(text) * LETTER_WIDTH <= picture.width)
		picture_write(&picture, left, GAP, text);
	draw_cells(map, &picture, left, top);
	draw_axes(map, &picture, left, top);
	draw_scale(map, &picture, left + pixels + 2 * GAP, top);
	good = picture_save(&picture, output, problem);
	picture_free(&picture);
	return good;
}
