/* SPDX-License-Identifier: MIT */
#include "data/numbers.h"

#include <stdlib.h>
#include <string.h>

uint64_t numbers_copy_bytes(const struct source *source)
{
	return (uint64_t)source->num_rows * source->dim * type_size(source->type);
}

bool numbers_keep(struct numbers *numbers, const struct source *source, bool borrow)
{
	*numbers = (struct numbers){.source = *source};
	if (!borrow) {
		const size_t row_bytes = (size_t)source->dim * type_size(source->type);
		unsigned char *copy = malloc(numbers_copy_bytes(source));
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
