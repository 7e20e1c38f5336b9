/* SPDX-License-Identifier: MIT
 *
 * Reads and writes the header of NumPy's .npy files.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
#ifndef CLI_NPY_HEADER_H
#define CLI_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

#define NPY_MAGIC "\x93NUMPY"
#define NPY_MAGIC_LENGTH 6

/* The length of every header that npy_header_write() writes. */
#define NPY_HEADER_SIZE 128

struct npy_header {
	char type[16]; /* as NumPy writes it, such as "<f4" */
	bool fortran_order;
	unsigned dimensions;
	uint64_t shape[2]; /* of the first two dimensions, even if there are more */
	size_t data_offset;
};

bool npy_header_read(const unsigned char *bytes, size_t length, struct npy_header *header,
                     struct problem *problem);

/* Writes a version 1 header for rows x columns numbers in C order. type: such as "<u4". */
void npy_header_write(unsigned char header[NPY_HEADER_SIZE], const char *type, uint64_t rows,
                      uint64_t columns);

#endif
