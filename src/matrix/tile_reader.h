/* SPDX-License-Identifier: MIT
 *
 * Streams cells of the Gram matrix to the host in chunks. The cells come from the stored matrix,
 * mapped or through a staging buffer, or are computed for this one use. The device works on the
 * next chunk while the host processes the previous one. */
#ifndef VKC_TILE_READER_H
#define VKC_TILE_READER_H

#include "matrix/gram.h"

/* Receives a chunk: `area`, clipped to the actual rows and columns, and its cells in Q30 with a row
 * stride of `stride` cells. */
typedef void (*tile_sink)(void *user, const struct area *area, const int32_t *cells,
                          uint64_t stride);

/* Reads rows first … first + count - 1 of the matrix. With `upper`, reads at least the cells on and
 * above the diagonal, and possibly more. Chunks arrive in order of their rows. */
VkcResult tiles_read(struct gram *gram, uint32_t first, uint32_t count, bool upper,
                     tile_sink sink, void *user);

#endif
