/* SPDX-License-Identifier: MIT */
#include "io/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t table_number_size(VkcType type)
{
	switch (type) {
	case VKC_FLOAT16:
		return 2;
	case VKC_FLOAT64:
		return 8;
	case VKC_FLOAT32:
	default:
		return 4;
	}
}

const char *table_type_name(VkcType type)
{
	switch (type) {
	case VKC_FLOAT16:
		return "float16";
	case VKC_FLOAT64:
		return "float64";
	case VKC_FLOAT32:
	default:
		return "float32";
	}
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 bits of fraction. */
static double from_half(uint16_t half)
{
	int exponent = (half >> 10) & 31;
	int fraction = half & 1023;
	double value;

	if (exponent == 31)
		value = fraction ? NAN : INFINITY;
	else if (exponent == 0)
		value = ldexp(fraction, -24);
	else
		value = ldexp(fraction + 1024, exponent - 25);
	return half >> 15 ? -value : value;
}

void table_row(const struct table *table, uint32_t row, double *numbers)
{
	const unsigned char *bytes = (const unsigned char *)table->data + row * table->row_stride;
	uint32_t column;

	switch (table->type) {
	case VKC_FLOAT16:
		for (column = 0; column < table->columns; column++)
			numbers[column] = from_half(((const uint16_t *)bytes)[column]);
		break;
	case VKC_FLOAT32:
		for (column = 0; column < table->columns; column++)
			numbers[column] = ((const float *)bytes)[column];
		break;
	case VKC_FLOAT64:
		memcpy(numbers, bytes, table->columns * sizeof(double));
		break;
	}
}

void table_free(struct table *table)
{
	free(table->owned);
	json_decref(table->ids);
	memset(table, 0, sizeof(*table));
}
