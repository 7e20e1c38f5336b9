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

void numbers_columns(const struct numbers *numbers, uint32_t row, uint32_t first, uint32_t count,
                     double *values)
{
	struct source columns = numbers->source;
	columns.data += (size_t)first * type_size(columns.type);
	columns.dim = count;
	source_row(&columns, row, numbers->exponent, numbers->mean ? numbers->mean + first : NULL,
	           values);
}

void numbers_row(const struct numbers *numbers, uint32_t row, double *values)
{
	numbers_columns(numbers, row, 0, numbers->source.dim, values);
}

const float *numbers_floats(const struct numbers *numbers, uint32_t row)
{
	const struct source *source = &numbers->source;
	if (source->type != VKC_FLOAT32 || numbers->mean ||
	    ((uintptr_t)source->data | source->stride) % _Alignof(float))
		return NULL;
	return (const float *)(const void *)(source->data + row * source->stride);
}
