/* SPDX-License-Identifier: MIT
 *
 * The uploaded rows again, rounded to 16 bits: half the bytes, for comparisons whose error is
 * bounded. Made when first needed, and kept while there is room. */
#ifndef VKC_COARSE_ROWS_H
#define VKC_COARSE_ROWS_H

#include "data/rows.h"

struct coarse_rows {
	struct engine *engine;
	const struct rows *rows;
	struct kernel kernel;
	struct buffer *blocks; /* one for each of the rows' */
	uint32_t shift;        /* they are the rows shifted down by so many bits */
	bool filled;           /* their contents are there */
};

/* The engine's budget evicts them where others need their memory, unless they are pinned. */
void coarse_rows_open(struct coarse_rows *coarse, struct engine *engine, const struct rows *rows);
/* Makes them if they are not there. */
VkcResult coarse_rows_ensure(struct coarse_rows *coarse);
/* Bytes that coarse_rows_ensure() would allocate. */
uint64_t coarse_rows_missing_bytes(const struct coarse_rows *coarse);
/* Frees them (the rows have changed), keeps the kernel. */
void coarse_rows_reset(struct coarse_rows *coarse);
void coarse_rows_close(struct coarse_rows *coarse);
/* Frees host memory only, without a call of the driver. */
void coarse_rows_free_host(struct coarse_rows *coarse);

#endif
