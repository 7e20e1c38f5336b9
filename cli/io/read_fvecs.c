/* SPDX-License-Identifier: MIT
 *
 * .fvecs, the format of the TEXMEX vector sets (http://corpus-texmex.irisa.fr/).
 */
#include "io/readers.h"

#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "base/size.h"

bool fvecs_fits(const unsigned char *bytes, size_t length)
{
	uint64_t columns, stride;

	if (length < 8)
		return false;
	columns = little_u32(bytes);
	stride = 4 + 4 * columns;
	/* Four bytes of text would mean far more columns than an embedding has. */
	if (columns == 0 || columns > UINT16_MAX || length % stride != 0)
		return false;
	return length == stride || little_u32(bytes + stride) == columns;
}

bool fvecs_holds_integers(const unsigned char *bytes, size_t length)
{
	size_t at, row_end = 4 + 4 * (size_t)little_u32(bytes);
	bool any = false;

	for (at = 4; at < length; at += 4) {
		uint32_t number = little_u32(bytes + at);

		if (at % row_end == 0)
			continue;
		/* Smaller integers would be denormal as floats, which embeddings hardly hold. */
		if (number >= 1 << 23)
			return false;
		any |= number > 0;
	}
	return any;
}

bool read_fvecs(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem)
{
	size_t row, rows;
	size_t stride;
	uint32_t columns;

	memset(table, 0, sizeof(*table));
	if (length < 4)
		return problem_set(problem, "at byte 0 the length of the first row was expected, 4 bytes");
	columns = little_u32(bytes);
	if (columns == 0 || columns > INT32_MAX)
		return problem_set(problem,
		                   "at byte 0 the length of the first row was expected, 1 to 2147483647, "
		                   "not %d",
		                   (int)columns);
	stride = 4 + 4 * (size_t)columns;
	if (length % stride != 0)
		return problem_set(problem,
		                   "rows of %u numbers, %zu bytes each, were expected from its first row, "
		                   "but the file has %zu bytes, which is no multiple",
		                   columns, stride, length);
	rows = length / stride;
	if (rows > UINT32_MAX)
		return problem_set(problem, "at most 4294967295 rows were expected, not %zu", rows);
	for (row = 1; row < rows; row++)
		if (little_u32(bytes + row * stride) != columns)
			return problem_set(problem,
			                   "at byte %zu the length of row %zu was expected, %u as that of the "
			                   "rows before, not %d",
			                   row * stride, row, columns,
			                   (int)little_u32(bytes + row * stride));

	table->type = VKC_FLOAT32;
	table->rows = (uint32_t)rows;
	table->columns = columns;
	table->row_stride = stride;
	table->data = bytes + 4;
	if ((uintptr_t)bytes % sizeof(float) == 0)
		return true;
	table->owned = malloc(length);
	if (!table->owned)
		return problem_set(problem, "there is not enough memory for its %zu bytes", length);
	memcpy(table->owned, bytes, length);
	table->data = (const unsigned char *)table->owned + 4;
	return true;
}
