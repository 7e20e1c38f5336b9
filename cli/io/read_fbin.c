/* SPDX-License-Identifier: MIT
 *
 * .fbin, the format of the Big ANN benchmarks (https://big-ann-benchmarks.com/).
 */
#include "io/readers.h"

#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "base/size.h"

enum {
	HEADER_SIZE = 8
};

/* Computes the size of the file from its header. Returns false on overflow. */
static bool described_size(const unsigned char *bytes, uint64_t *size)
{
	uint64_t numbers = (uint64_t)little_u32(bytes) * little_u32(bytes + 4);

	return size_multiply(numbers, sizeof(float), size) && size_add(*size, HEADER_SIZE, size);
}

bool fbin_fits(const unsigned char *bytes, size_t length)
{
	uint64_t size;

	return length > HEADER_SIZE && described_size(bytes, &size) && size == length;
}

bool read_fbin(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem)
{
	memset(table, 0, sizeof(*table));
	if (length < HEADER_SIZE)
		return problem_set(problem,
		                   "at byte 0 the numbers of rows and columns were expected, 8 bytes");
	if (little_u32(bytes) == 0 || little_u32(bytes + 4) == 0)
		return problem_set(problem,
		                   "at byte 0 the numbers of rows and columns were expected, at least 1 "
		                   "each, not %u and %u",
		                   little_u32(bytes), little_u32(bytes + 4));
	if (!fbin_fits(bytes, length))
		return problem_set(problem,
		                   "at byte 8 %u x %u numbers of 4 bytes were expected, but %zu bytes "
		                   "follow",
		                   little_u32(bytes), little_u32(bytes + 4), length - HEADER_SIZE);

	table->type = VKC_FLOAT32;
	table->rows = little_u32(bytes);
	table->columns = little_u32(bytes + 4);
	table->row_stride = table->columns * (uint64_t)sizeof(float);
	table->data = bytes + HEADER_SIZE;
	if ((uintptr_t)bytes % sizeof(float) == 0)
		return true;
	table->owned = malloc(length - HEADER_SIZE);
	if (!table->owned)
		return problem_set(problem, "there is not enough memory for its %zu bytes", length);
	memcpy(table->owned, bytes + HEADER_SIZE, length - HEADER_SIZE);
	table->data = table->owned;
	return true;
}
