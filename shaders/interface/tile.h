/* SPDX-License-Identifier: MIT */
#ifndef VKC_INTERFACE_TILE_H
#define VKC_INTERFACE_TILE_H

/* Rows are padded to a multiple of this number: all kernels compute tiles of so many rows and
 * columns of the Gram matrix, or of a divisor of it. */
#define TILE 64u

#endif
