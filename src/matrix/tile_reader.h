/* SPDX-License-Identifier: MIT
 *
 * Cells of the Gram matrix, streamed to the host in pieces, wherever they come from: the
 * kept matrix, mapped or staged, or computed for this once. The device works on the next
 * piece while the host takes in one. */
#ifndef VKC_TILE_READER_H
#define VKC_TILE_READER_H

#include "matrix/gram.h"

/* Takes a piece: `area` clipped to the real rows and columns, and its cells in Q30, with
 * `stride` cells from one row to the next. */
typedef void (*tile_sink)(void *user, const struct area *area, const int32_t *cells,
                          uint64_t stride);

/* Rows first … first + count - 1 of the matrix; with `upper` at least what is on and
 * above the diagonal of them (perhaps more). Pieces come in order of their rows. */
VkcResult tiles_read(struct gram *gram, uint32_t first, uint32_t count, bool upper,
                     tile_sink sink, void *user);

#endif
