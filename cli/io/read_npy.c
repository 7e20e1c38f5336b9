/* SPDX-License-Identifier: MIT */
#include "io/readers.h"

#include <stdlib.h>
#include <string.h>

#include "io/npy_header.h"
#include "base/size.h"

static bool is_type(const char *name, const struct npy_header *header)
{
	return strcmp(name, header->type + strspn(header->type, "<>=|")) == 0;
}

/* Says how to convert a type to float32. NumPy writes foreign types as bytes (V). */
static const char *advice(const struct npy_header *header)
{
	const char *type = header->type + strspn(header->type, "<>=|");

	if (strcmp(type, "V2") == 0)
		return "if it is bfloat16, in NumPy np.save('out.npy', (np.load('FILE').view('<u2')"
			   ".astype('<u4') << 16).view('<f4')) converts it to float32";
	if (*type == 'V')
		return "its type is unknown to NumPy itself: convert to float32 with the library that "
			   "made the array";
	if (*type == 'O')
		return "in NumPy, np.stack(np.load('FILE', allow_pickle=True)).astype('<f4') converts a "
			   "list of arrays";
	if (*type == 'U' || *type == 'S')
		return "it is text: in NumPy, .astype('<f4') converts texts that are numbers";
	if (*type == 'c')
		return "its numbers are complex";
	return "in NumPy, .astype('<f4') converts";
}

static bool parse_type(const struct npy_header *header, struct table *table, bool *swapped,
                       struct problem *problem)
{
	static const struct {
		const char *name;
		VkcType type;
	} types[] = {
		{"f2", VKC_FLOAT16},
		{"f4", VKC_FLOAT32},
		{"f8", VKC_FLOAT64},
		/* NumPy reads these names, too, but does not write them. */
		{"float16", VKC_FLOAT16},
		{"float32", VKC_FLOAT32},
		{"float64", VKC_FLOAT64},
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (is_type(types[i].name, header)) {
			table->type = types[i].type;
			*swapped = header->type[0] == '>';
			return true;
		}
	}
	return problem_set(problem,
	                   "its .npy header says type '%s' where '<f2', '<f4', '<f8', '>f2', '>f4' or "
	                   "'>f8' was expected; %s",
	                   header->type, advice(header));
}

/* Converts rows to C order and host byte order. */
static void copy_numbers(const unsigned char *from, unsigned char *to, const struct table *table,
                         bool fortran_order, bool swapped)
{
	size_t size = table_number_size(table->type);
	size_t row_step = fortran_order ? size : table->columns * size;
	size_t column_step = fortran_order ? table->rows * size : size;
	size_t row, column, byte;

	for (row = 0; row < table->rows; row++) {
		for (column = 0; column < table->columns; column++, to += size) {
			const unsigned char *number = from + row * row_step + column * column_step;

			if (swapped)
				for (byte = 0; byte < size; byte++)
					to[byte] = number[size - 1 - byte];
			else
				memcpy(to, number, size);
		}
	}
}

bool read_npy(const unsigned char *bytes, size_t length, struct table *table,
              struct problem *problem)
{
	struct npy_header header;
	const unsigned char *data;
	uint64_t numbers, expected;
	bool swapped = false, aligned;
	size_t size;

	memset(table, 0, sizeof(*table));
	if (!npy_header_read(bytes, length, &header, problem) ||
	    !parse_type(&header, table, &swapped, problem))
		return false;
	if (header.dimensions != 2)
		return problem_set(problem,
		                   "its .npy header gives a shape of %u dimensions where 2 were expected, "
		                   "rows and columns; in NumPy, %s",
		                   header.dimensions,
		                   header.dimensions == 1 ? ".reshape(1, -1) makes one row"
		                                          : ".reshape(len(x), -1) makes x[i] a row");
	if (header.shape[0] == 0 || header.shape[1] == 0 || header.shape[0] > UINT32_MAX ||
	    header.shape[1] > UINT32_MAX)
		return problem_set(problem,
		                   "its .npy header gives the shape (%llu, %llu) where 1 to 4294967295 "
		                   "rows and columns were expected",
		                   (unsigned long long)header.shape[0],
		                   (unsigned long long)header.shape[1]);
	size = table_number_size(table->type);
	if (!size_multiply(header.shape[0], header.shape[1], &numbers) ||
	    !size_multiply(numbers, size, &expected) || expected != length - header.data_offset)
		return problem_set(problem,
		                   "after its .npy header, at byte %zu, %llu x %llu numbers of %zu bytes "
		                   "were expected, but %zu bytes follow",
		                   header.data_offset, (unsigned long long)header.shape[0],
		                   (unsigned long long)header.shape[1], size,
		                   length - header.data_offset);

	table->rows = (uint32_t)header.shape[0];
	table->columns = (uint32_t)header.shape[1];
	table->row_stride = table->columns * (uint64_t)size;
	data = bytes + header.data_offset;
	aligned = (uintptr_t)data % size == 0;
	if (aligned && !swapped && !header.fortran_order) {
		table->data = data;
		return true;
	}
	table->owned = malloc(expected);
	if (!table->owned)
		return problem_set(problem, "there is not enough memory to convert its %llu bytes",
		                   (unsigned long long)expected);
	copy_numbers(data, table->owned, table, header.fortran_order, swapped);
	table->data = table->owned;
	return true;
}
