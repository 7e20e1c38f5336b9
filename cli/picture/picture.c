/* SPDX-License-Identifier: MIT */
#include "picture/picture.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/size.h"

#define GLYPH_COLUMNS 5
#define GLYPH_ROWS 7
#define GLYPH_PIXELS 2 /* width and height of a dot */

/* Five dots per row, the leftmost in bit 4. */
static const struct {
	char letter;
	unsigned char rows[GLYPH_ROWS];
} glyphs[] = {
	{'0', {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}},
	{'1', {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}},
	{'2', {0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f}},
	{'3', {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e}},
	{'4', {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}},
	{'5', {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e}},
	{'6', {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}},
	{'7', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}},
	{'8', {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}},
	{'9', {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}},
	{'.', {0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c}},
	{',', {0x00, 0x00, 0x00, 0x00, 0x0c, 0x04, 0x08}},
	{'-', {0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00}},
	{'a', {0x00, 0x00, 0x0e, 0x01, 0x0f, 0x11, 0x0f}},
	{'b', {0x10, 0x10, 0x16, 0x19, 0x11, 0x11, 0x1e}},
	{'c', {0x00, 0x00, 0x0e, 0x10, 0x10, 0x11, 0x0e}},
	{'d', {0x01, 0x01, 0x0d, 0x13, 0x11, 0x11, 0x0f}},
	{'e', {0x00, 0x00, 0x0e, 0x11, 0x1f, 0x10, 0x0e}},
	{'f', {0x06, 0x09, 0x08, 0x1c, 0x08, 0x08, 0x08}},
	{'g', {0x00, 0x0f, 0x11, 0x11, 0x0f, 0x01, 0x0e}},
	{'h', {0x10, 0x10, 0x16, 0x19, 0x11, 0x11, 0x11}},
	{'i', {0x04, 0x00, 0x0c, 0x04, 0x04, 0x04, 0x0e}},
	{'j', {0x02, 0x00, 0x06, 0x02, 0x02, 0x12, 0x0c}},
	{'k', {0x10, 0x10, 0x12, 0x14, 0x18, 0x14, 0x12}},
	{'l', {0x0c, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e}},
	{'m', {0x00, 0x00, 0x1a, 0x15, 0x15, 0x11, 0x11}},
	{'n', {0x00, 0x00, 0x16, 0x19, 0x11, 0x11, 0x11}},
	{'o', {0x00, 0x00, 0x0e, 0x11, 0x11, 0x11, 0x0e}},
	{'p', {0x00, 0x00, 0x1e, 0x11, 0x1e, 0x10, 0x10}},
	{'q', {0x00, 0x00, 0x0d, 0x13, 0x0f, 0x01, 0x01}},
	{'r', {0x00, 0x00, 0x16, 0x19, 0x10, 0x10, 0x10}},
	{'s', {0x00, 0x00, 0x0e, 0x10, 0x0e, 0x01, 0x1e}},
	{'t', {0x08, 0x08, 0x1c, 0x08, 0x08, 0x09, 0x06}},
	{'u', {0x00, 0x00, 0x11, 0x11, 0x11, 0x13, 0x0d}},
	{'v', {0x00, 0x00, 0x11, 0x11, 0x11, 0x0a, 0x04}},
	{'w', {0x00, 0x00, 0x11, 0x11, 0x15, 0x15, 0x0a}},
	{'x', {0x00, 0x00, 0x11, 0x0a, 0x04, 0x0a, 0x11}},
	{'y', {0x00, 0x00, 0x11, 0x11, 0x0f, 0x01, 0x0e}},
	{'z', {0x00, 0x00, 0x1f, 0x02, 0x04, 0x08, 0x1f}},
};

bool picture_create(struct picture *picture, uint32_t width, uint32_t height)
{
	uint64_t pixels = (uint64_t)width * height, bytes;

	picture->width = width;
	picture->height = height;
	picture->pixels = size_multiply(pixels, 3, &bytes) ? malloc(bytes) : NULL;
	if (picture->pixels)
		memset(picture->pixels, 255, bytes);
	return picture->pixels != NULL;
}

void picture_free(struct picture *picture)
{
	free(picture->pixels);
	picture->pixels = NULL;
}

void picture_fill(struct picture *picture, int64_t x, int64_t y, int64_t width, int64_t height,
                  struct color color)
{
	int64_t row, column;

	for (row = y < 0 ? 0 : y; row < y + height && row < picture->height; row++) {
		for (column = x < 0 ? 0 : x; column < x + width && column < picture->width; column++) {
			unsigned char *pixel = picture->pixels + (row * picture->width + column) * 3;

			pixel[0] = color.red;
			pixel[1] = color.green;
			pixel[2] = color.blue;
		}
	}
}

static void draw_glyph(struct picture *picture, int64_t x, int64_t y, const unsigned char *rows)
{
	unsigned row, column;

	for (row = 0; row < GLYPH_ROWS; row++)
		for (column = 0; column < GLYPH_COLUMNS; column++)
			if (rows[row] >> (GLYPH_COLUMNS - 1 - column) & 1)
				picture_fill(picture, x + (int64_t)column * GLYPH_PIXELS,
				             y + (int64_t)row * GLYPH_PIXELS, GLYPH_PIXELS, GLYPH_PIXELS,
				             (struct color){0, 0, 0});
}

void picture_write(struct picture *picture, int64_t x, int64_t y, const char *words)
{
	size_t i;

	for (; *words; words++, x += LETTER_WIDTH)
		for (i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++)
			if (glyphs[i].letter == *words)
				draw_glyph(picture, x, y, glyphs[i].rows);
}

static unsigned char from_linear(double light)
{
	double shown;

	if (light <= 0)
		return 0;
	shown = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
	return shown >= 1 ? 255 : (unsigned char)lround(shown * 255);
}

/* Lightness rises evenly while the hue turns from violet over blue and green to yellow, as in
 * the map "viridis". Computed in Oklab, a space where equal distances look equal:
 * Björn Ottosson, "A perceptual color space for image processing", 2020,
 * https://bottosson.github.io/posts/oklab/ */
struct color color_for(double share)
{
	const double pi = 3.14159265358979323846;
	double t = share > 0 ? (share < 1 ? share : 1) : 0;
	double lightness = 0.24 + 0.69 * t;
	double hue = (315 - 212 * t) * pi / 180;
	/* As much as sRGB allows along the whole path. */
	double chroma = 0.085 + 0.025 * (1 - t) * (1 - t) + 0.085 * t * t * t * t;
	double a = chroma * cos(hue), b = chroma * sin(hue);
	double l = lightness + 0.3963377774 * a + 0.2158037573 * b;
	double m = lightness - 0.1055613458 * a - 0.0638541728 * b;
	double s = lightness - 0.0894841775 * a - 1.2914855480 * b;

	l *= l * l;
	m *= m * m;
	s *= s * s;
	return (struct color){
		from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
		from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
		from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
	};
}

/* Keeps the reason of a failed write, which libpng does not report. */
struct sink {
	struct output *output;
	struct problem *problem;
	bool failed;
};

static ssize_t write_sink(void *cookie, const char *bytes, size_t length)
{
	struct sink *sink = cookie;

	if (!sink->failed && output_append(sink->output, bytes, length, sink->problem))
		return (ssize_t)length;
	sink->failed = true;
	return 0;
}

bool picture_save(const struct picture *picture, struct output *output, struct problem *problem)
{
	png_image image = {
		.version = PNG_IMAGE_VERSION,
		.width = picture->width,
		.height = picture->height,
		.format = PNG_FORMAT_RGB,
	};
	struct sink sink = {.output = output, .problem = problem};
	FILE *file = fopencookie(&sink, "w", (cookie_io_functions_t){.write = write_sink});
	bool good;

	if (!file)
		return problem_set(problem, "there is not enough memory to write %s", output->target);
	good = png_image_write_to_stdio(&image, file, 0, picture->pixels, 0, NULL) != 0;
	good = fclose(file) == 0 && good;
	if (!good && !sink.failed)
		problem_set(problem, "cannot write %s: %s", output->target, image.message);
	return good;
}
