/* SPDX-License-Identifier: MIT */
#include "data/numbers.h"

#include <stdlib.h>
#include <string.h>

bool numbers_keep(struct numbers *numbers, const struct source *source, bool borrow, double *mean,
                  int exponent)
{
	*numbers = (struct numbers){.source = *source};
	if (!borrow) {
		const size_t row_bytes = (size_t)source->dim * type_size(source->type);
		unsigned char *copy = malloc(source->num_rows * row_bytes);
		if (!copy) {
			*numbers = (struct numbers){0};
			return false;
		}
		for (uint32_t r = 0; r < source->num_rows; r++)
			memcpy(copy + r * row_bytes, source->data + r * source->stride, row_bytes);
		numbers->copy = copy;
		numbers->source.data = copy;
		numbers->source.stride = row_bytes;
	}
	numbers->mean = mean;
	numbers->exponent = exponent;
	return true;
}

void numbers_free(struct numbers *numbers)
{
	free(numbers->copy);
	free(numbers->mean);
	*numbers = (struct numbers){0};
}

void numbers_row(const struct numbers *numbers, uint32_t row, double *values)
{
	source_row(&numbers->source, row, numbers->exponent, numbers->mean, values);
}
