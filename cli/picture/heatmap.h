/* SPDX-License-Identifier: MIT
 *
 * Draws averaged cells as a picture with axes and a scale.
 */
#ifndef CLI_HEATMAP_H
#define CLI_HEATMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "files/output.h"
#include "base/problem.h"

struct heatmap {
	const char *order;    /* "file", "diversity", "cluster" */
	uint32_t rows;        /* of the matrix */
	uint32_t size;        /* cells side by side: at most rows */
	uint32_t cell_pixels; /* width and height of a cell */
	double *cells;        /* size x size: average similarity */
	uint32_t *counts;     /* rows in each cell */
	double low, high;     /* ends of the scale; both 0: chosen from the cells */
};

/* Draws the picture and writes it as PNG. */
bool heatmap_draw(struct heatmap *map, struct output *output, struct problem *problem);

#endif
