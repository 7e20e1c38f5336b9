/* SPDX-License-Identifier: MIT
 *
 * The Gram matrix of the uploaded rows: cosines in Q30, an int32 each. Whole and kept,
 * where it fits the memory that may be used; parts of it, computed when needed, where
 * it does not. */
#ifndef VKC_GRAM_H
#define VKC_GRAM_H

#include "data/rows.h"
#include "matrix/gram_kernels.h"

/* A rectangle of the matrix, in whole tiles of the kernel. */
struct area {
	uint32_t row;
	uint32_t num_rows;
	uint32_t column;
	uint32_t num_columns;
};

/* Where cells are written that are computed for this once: the cell of this row and column is
 * the buffer's first, and a row takes so many columns there. */
struct tile_target {
	const struct buffer *buffer;
	uint32_t row;
	uint32_t column;
	uint32_t columns;
};

/* The matrix lies in segments, each of whole windows: a segment is what a kernel reads
 * through one binding, a window what it writes through one. */
struct gram {
	struct engine *engine;
	const struct rows *rows;

	struct gram_kernels kernels;

	bool planned;
	bool stored;    /* the matrix fits and is allocated */
	uint32_t quads; /* quadruples of a row: rows->padded / 4 */
	uint32_t rows_per_window;
	uint32_t rows_per_segment;
	uint32_t num_segments;
	struct buffer *segments;

	struct submit_budget submit_budget; /* in tiles of TILE x TILE */
	uint32_t next_row;                  /* where the next submission begins: its first row and, within */
	uint32_t next_column;               /* the strip of TILE rows from there, the first column */
	uint32_t rows_ready;                /* rows that are complete on the device */
	uint64_t rows_requested;            /* as gram_note_rows() counts them */
	struct {
		uint64_t ticket;
		uint64_t tiles;
		uint32_t rows; /* rows complete after it */
	} in_flight[2];    /* submissions not waited for, older first */
	uint32_t num_in_flight;
};

/* The maximum number of segments that the walk kernels can read. */
uint32_t gram_max_segments(const struct device *device);

/* Everything zeroed but what is passed in; the kernels are made when first needed. Fails where
 * the tuning asks for a kernel that cannot run; gram_close() all the same. */
VkcResult gram_open(struct gram *gram, struct engine *engine, const struct rows *rows);
/* Forgets the matrix (the rows have changed), keeps the kernels. Nothing of it may be in
 * flight any more: stream_drain() first. */
void gram_reset(struct gram *gram);
void gram_close(struct gram *gram);
/* Frees host memory only, without a call of the driver. */
void gram_free_host(struct gram *gram);

/* Decides whether the whole matrix is kept, and allocates it. */
VkcResult gram_plan(struct gram *gram);

/* Counts rows that are asked for, and that the matrix, which is computed from the top down, does
 * not give for what they cost alone; */
void gram_note_rows(struct gram *gram, uint32_t first, uint32_t count);
/* or rows that may lie anywhere. */
void gram_note_scattered_rows(struct gram *gram, uint64_t count);

/* Whether rows are best taken from the kept matrix: they are there, or to get there costs no more
 * than to compute them alone; or, in all, an eighth of the matrix was asked for. A caller who asks
 * for that much mostly goes on, and the whole matrix costs half of its rows one by one. */
bool gram_is_best_for_rows(const struct gram *gram, uint32_t first, uint32_t count);
bool gram_is_best_for_scattered_rows(const struct gram *gram);

/* How many rows of the matrix a submission may compute one by one. */
uint32_t gram_rows_per_submission(const struct engine *engine, const struct rows *rows);

/* Computes on until more rows are ready; the next part runs meanwhile. Only when whole. */
VkcResult gram_advance(struct gram *gram);
/* Computes what is left before this row. Only when whole. */
VkcResult gram_advance_to(struct gram *gram, uint32_t row);
/* After a failure: nothing of the matrix is trusted any more. */
void gram_invalidate(struct gram *gram);

/* The segment of a row, and where in it (bytes) the row begins. */
const struct buffer *gram_row(const struct gram *gram, uint32_t row, uint64_t *offset);

/* The rows of a tile that a workgroup makes, which divide TILE: what gram_compute() takes. */
uint32_t gram_tile_rows(const struct gram *gram);

/* Records the computation of `area`. Its rows are multiples of gram_tile_rows(), its columns
 * of TILE, and they may pass into the padding. */
VkcResult gram_compute(struct gram *gram, const struct area *area, const struct tile_target *to);

#endif
