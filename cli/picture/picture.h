/* SPDX-License-Identifier: MIT
 *
 * An RGB picture: rectangles, words, colours for numbers, PNG.
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

/* White. False when memory ran out. */
bool picture_create(struct picture *picture, uint32_t width, uint32_t height);
void picture_free(struct picture *picture);

/* What lies outside the picture is left out. */
void picture_fill(struct picture *picture, int64_t x, int64_t y, int64_t width, int64_t height,
                  struct color color);

#define LETTER_WIDTH 12
#define LETTER_HEIGHT 14

/* In black, from the upper left corner. Small letters, digits, '.', '-', ',' and spaces. */
void picture_write(struct picture *picture, int64_t x, int64_t y, const char *words);

/* From dark (0) to light (1), equal steps looking equal; for the colour-blind as well. */
struct color color_for(double share);

/* Into a file that is open and empty. */
bool picture_save(const struct picture *picture, struct output *output, struct problem *problem);

#endif
