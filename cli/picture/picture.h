/* SPDX-License-Identifier: MIT
 *
 * An RGB picture: draws rectangles and text, maps numbers to colours, writes PNG.
 */
#ifndef CLI_PICTURE_H
#define CLI_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "files/output.h"
#include "base/problem.h"

struct picture {
	uint32_t width, height;
	unsigned char *pixels; /* red, green, blue; rows from the top */
};

struct color {
	unsigned char red, green, blue;
};

/* Creates a white picture. Returns false when memory runs out. */
bool picture_create(struct picture *picture, uint32_t width, uint32_t height);
void picture_free(struct picture *picture);

/* Fills a rectangle. Clips it to the picture. */
void picture_fill(struct picture *picture, int64_t x, int64_t y, int64_t width, int64_t height,
                  struct color color);

#define LETTER_WIDTH 12
#define LETTER_HEIGHT 14

/* Writes black text; x and y are its upper left corner. Draws lowercase letters, digits, '.', '-',
 * ',' and spaces. */
void picture_write(struct picture *picture, int64_t x, int64_t y, const char *words);

/* A colour from dark (0) to light (1). Equal steps look equal, also to colour-blind readers. */
struct color color_for(double share);

/* Writes the picture to an open, empty output. */
bool picture_save(const struct picture *picture, struct output *output, struct problem *problem);

#endif
