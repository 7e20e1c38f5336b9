/* SPDX-License-Identifier: MIT */
#ifndef VKC_INTERFACE_TILE_H
#define VKC_INTERFACE_TILE_H

/* Rows are padded to a multiple of TILE. Every Gram kernel computes tiles whose sides are TILE or
 * divide it. */
#define TILE 64u

#endif
