/* SPDX-License-Identifier: MIT
 *
 * A copy of the uploaded rows rounded to 16 bits. It takes half the memory and is used for
 * approximate scores with a bounded error. It is created when first needed, and cached. */
#ifndef VKC_COARSE_ROWS_H
#define VKC_COARSE_ROWS_H

#include "data/rows.h"

struct coarse_rows {
	struct engine *engine;
	const struct rows *rows;
	struct kernel kernel;
	struct buffer *blocks; /* one per block of the rows */
	uint32_t shift;        /* coarse value = fixed-point value >> shift, rounded */
	bool filled;           /* the blocks are allocated and their contents are complete */
};

/* Registers the coarse rows as a cache: the engine's budget evicts them when other buffers need the
 * memory, unless they are pinned. */
void coarse_rows_open(struct coarse_rows *coarse, struct engine *engine, const struct rows *rows);
/* Creates the coarse rows unless they exist. */
VkcResult coarse_rows_ensure(struct coarse_rows *coarse);
/* Bytes of device memory that they take. */
uint64_t coarse_rows_bytes(const struct coarse_rows *coarse);
/* Frees the coarse rows because the rows have changed. Keeps the kernel. */
void coarse_rows_reset(struct coarse_rows *coarse);
void coarse_rows_close(struct coarse_rows *coarse);
/* Frees host memory only. Does not call the driver. */
void coarse_rows_free_host(struct coarse_rows *coarse);

#endif
