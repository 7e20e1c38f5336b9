/* SPDX-License-Identifier: MIT
 *
 * The kernels gram_registers, gram_shared and gram_matrix_units: a rectangle of the Gram matrix. */
#ifndef VKC_INTERFACE_GRAM_H
#define VKC_INTERFACE_GRAM_H

#include "interface/tile.h"
#include "interface/types.h"

/* Quadruples are four consecutive 32-bit words of a buffer. */
struct gram_push {
	uint a_first;      /* quadruple at which the rectangle's first row begins in a_rows */
	uint b_first;      /* quadruple at which the row of its first column begins in b_rows */
	uint quads;        /* quadruples of a row of fixed point, a multiple of 4 */
	uint row;          /* the rectangle's first row in the matrix, */
	uint column;       /* and its first column */
	uint result_first; /* quadruple of result at which the rectangle begins */
	uint result_quads; /* quadruples from one row of result to the next */
	uint mirror_first; /* the same two of the transposed rectangle in mirror */
	uint mirror_quads;
};

/* ---- Workgroups ----------------------------------------------------------------- */

/* Rows that one workgroup of gram_registers computes, of TILE columns; of the other two, TILE. */
#define GRAM_REGISTERS_ROWS 16u

#define GRAM_MATRIX_UNITS_INVOCATIONS 256
#define GRAM_MATRIX_UNITS_SUBGROUP 32
/* Shared memory holds a line for each row of both operands, so many uvec4 apart. */
#define GRAM_MATRIX_UNITS_LINE 17u
#define GRAM_MATRIX_UNITS_SHARED_BYTES (2u * TILE * GRAM_MATRIX_UNITS_LINE * 16u)
/* The longest rows, in quadruples: the 32-bit sums cannot overflow for 43690 numbers. */
#define GRAM_MATRIX_UNITS_MAX_QUADS (43690u / 4u)

#endif
