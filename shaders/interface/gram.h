/* SPDX-License-Identifier: MIT
 *
 * Push constants of gram_registers, gram_shared and gram_matrix_units, which compute a rectangle of
 * the Gram matrix. */
#ifndef VKC_INTERFACE_GRAM_H
#define VKC_INTERFACE_GRAM_H

#include "interface/tile.h"
#include "interface/types.h"

struct gram_push {
	uint a_first;      /* quad in a_rows where the rectangle's first row begins */
	uint b_first;      /* quad in b_rows where the row of its first column begins */
	uint quads;        /* quads per fixed-point row, a multiple of 4 */
	uint row;          /* first row of the rectangle, as a row of the matrix */
	uint column;       /* first column of the rectangle */
	uint result_first; /* quad in result where the rectangle begins */
	uint result_quads; /* row stride of result, in quads */
	uint mirror_first; /* quad in mirror where the transposed rectangle begins */
	uint mirror_quads; /* row stride of mirror, in quads */
};

/* ---- Workgroups ----------------------------------------------------------------- */

/* Rows per workgroup of gram_registers. The other two kernels compute TILE rows; all compute TILE
 * columns. */
#define GRAM_REGISTERS_ROWS 16u

#define GRAM_MATRIX_UNITS_INVOCATIONS 256
#define GRAM_MATRIX_UNITS_SUBGROUP 32
/* Stride, in uvec4, between the rows of the operands in shared memory. */
#define GRAM_MATRIX_UNITS_LINE 17u
#define GRAM_MATRIX_UNITS_SHARED_BYTES (2u * TILE * GRAM_MATRIX_UNITS_LINE * 16u)
/* The longest supported row, in quads: 32-bit sums cannot overflow up to 43690 numbers. */
#define GRAM_MATRIX_UNITS_MAX_QUADS (43690u / 4u)

#endif
