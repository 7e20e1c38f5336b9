/* SPDX-License-Identifier: MIT */
#include "data/row_classes.h"

#include <stdlib.h>
#include <string.h>

static const unsigned char *row_of(const struct source *source, uint32_t row)
{
	return source->data + row * source->stride;
}

/* Multiplies and rotates eight bytes at a time. Rows with equal hashes are compared, so that the
 * hash only has to be fast. */
static uint64_t hash_row(const unsigned char *bytes, size_t size)
{
	uint64_t hash = size;
	for (; size > 0;) {
		uint64_t word = 0;
		const size_t step = size < sizeof(word) ? size : sizeof(word);
		memcpy(&word, bytes, step);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
		bytes += step;
		size -= step;
	}
	return hash;
}

bool row_classes_find(const struct numbers *numbers, uint32_t *classes)
{
	const struct source *source = &numbers->source;
	const size_t row_bytes = (size_t)source->dim * type_size(source->type);
	uint64_t size = 2;
	while (size < 2 * (uint64_t)source->num_rows)
		size *= 2;
	uint32_t *table = calloc(size, sizeof(*table)); /* 0 = empty, else 1 + a class */
	if (!table)
		return false;
	for (uint32_t r = 0; r < source->num_rows; r++) {
		uint64_t at = hash_row(row_of(source, r), row_bytes) & (size - 1);
		while (table[at] &&
		       memcmp(row_of(source, table[at] - 1), row_of(source, r), row_bytes) != 0)
			at = (at + 1) & (size - 1);
		if (!table[at])
			table[at] = r + 1;
		classes[r] = table[at] - 1;
	}
	free(table);
	return true;
}
