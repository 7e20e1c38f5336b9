/* SPDX-License-Identifier: MIT
 *
 * The uploaded rows on the device: unit rows in 30-bit fixed point, padded with zeros to a multiple
 * of TILE rows, and split into blocks that fit a storage buffer binding. */
#ifndef VKC_ROWS_H
#define VKC_ROWS_H

#include "data/numbers.h"
#include "data/weights.h"
#include "engine/engine.h"
#include "interface/tile.h"

struct rows {
	uint32_t num_rows;       /* n; 0 before the first upload */
	uint32_t dim;            /* d */
	uint32_t padded;         /* n, rounded up to a multiple of TILE */
	uint32_t quads;          /* row stride in quads (of int32), a multiple of 4 */
	uint32_t rows_per_block; /* a multiple of TILE */
	uint32_t num_blocks;
	struct buffer *blocks;
	struct weights weights;
	struct numbers numbers; /* what was uploaded; a borrowed array outlives the rows */
	int32_t largest;        /* at least the magnitude of every number */
	float max_error;        /* at least the length of every row's rounding error, times 2^30 */
};

/* Checks that the device and the memory limit allow rows of these sizes. Does not read the data. */
VkcResult rows_check(struct engine *engine, const struct source *source);

/* Checks that the host has room for a copy of the numbers, once so many bytes of device memory are
 * freed. Does not read the data. */
VkcResult rows_check_copy(struct engine *engine, const struct source *source,
                          uint64_t device_bytes_freed);

/* Converts and uploads *numbers, and takes them over. On failure *rows is zeroed, the numbers are
 * freed, and nothing else has changed. */
VkcResult rows_create(struct engine *engine, const struct numbers *numbers, bool center,
                      struct rows *rows);
void rows_destroy(struct device *device, struct rows *rows);

/* Frees host memory only. Does not call the driver. */
void rows_free_host(struct rows *rows);

/* Device memory of the rows; 0 before the first upload. */
uint64_t rows_device_bytes(const struct rows *rows);

/* The number of rows in the block that begins at row `first`. */
uint32_t rows_in_block(const struct rows *rows, uint32_t first);

#endif
