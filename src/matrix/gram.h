/* SPDX-License-Identifier: MIT
 *
 * The Gram matrix of the uploaded rows: cosines in Q30, one int32 each. If it fits the memory
 * budget, the whole matrix is computed once and stored. If not, parts of it are computed when
 * needed. */
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

/* Where to write cells that are not stored in the matrix: `row` and `column` locate the buffer's
 * first cell, and `columns` is its row stride. */
struct tile_target {
	const struct buffer *buffer;
	uint32_t row;
	uint32_t column;
	uint32_t columns;
};

/* The matrix is split into segments, and each segment into windows. A segment is the unit that a
 * kernel can read through one binding; a window is the unit that a kernel can write through one
 * binding. */
struct gram {
	struct engine *engine;
	const struct rows *rows;

	struct gram_kernels kernels;

	bool planned;
	bool stored;    /* the whole matrix fits and is allocated */
	uint32_t quads; /* quads per row: rows->padded / 4 */
	uint32_t rows_per_window;
	uint32_t rows_per_segment;
	uint32_t num_segments;
	struct buffer *segments;

	struct submit_budget submit_budget; /* in tiles of TILE x TILE */
	/* where the next submission begins: first row of a panel of TILE rows */
	uint32_t next_row;
	uint32_t next_column;    /* and the first column within that panel */
	uint32_t rows_ready;     /* rows that are complete on the device */
	uint64_t rows_requested; /* number of rows that gram_note_rows() has counted */
	struct {
		uint64_t ticket;
		uint64_t tiles;
		uint32_t rows; /* rows complete after this submission */
	} in_flight[2];    /* submissions in flight, oldest first */
	uint32_t num_in_flight;
};

/* The maximum number of segments that the walk kernels can read. */
uint32_t gram_max_segments(const struct device *device);

/* Initialises *gram. Kernels are created when first needed. Fails if the tuning requests a kernel
 * that cannot run; call gram_close() even then. */
VkcResult gram_open(struct gram *gram, struct engine *engine, const struct rows *rows);
/* Discards the matrix because the rows have changed, and keeps the kernels. No submission in flight
 * may use it: call stream_drain() first. */
void gram_reset(struct gram *gram);
void gram_close(struct gram *gram);
/* Frees host memory only. Does not call the driver. */
void gram_free_host(struct gram *gram);

/* Decides whether to store the whole matrix, and allocates it. */
VkcResult gram_plan(struct gram *gram);

/* Counts requested rows, unless advancing the matrix, which is computed from the top down, gives
 * them at no extra cost. */
void gram_note_rows(struct gram *gram, uint32_t first, uint32_t count);
/* Counts requested rows that may be anywhere in the matrix. */
void gram_note_scattered_rows(struct gram *gram, uint64_t count);

/* Whether computing the whole matrix pays if `more` rows are requested, anywhere in it. */
bool gram_pays(const struct gram *gram, uint64_t more);

/* Whether to read rows from the stored matrix. This pays if the rows are ready, if advancing to
 * them costs no more than computing them alone, or if an eighth of the matrix has been requested in
 * total. Callers who have requested that much usually request more, and the whole matrix costs half
 * as much as all its rows one by one. */
bool gram_is_best_for_rows(const struct gram *gram, uint32_t first, uint32_t count);
bool gram_is_best_for_scattered_rows(const struct gram *gram);

/* How many rows of the matrix one submission may compute one by one. */
uint32_t gram_rows_per_submission(const struct engine *engine, const struct rows *rows);

/* Computes until more rows are ready, and leaves the next submission in flight. Requires
 * gram->stored. */
VkcResult gram_advance(struct gram *gram);
/* Computes all rows before `row` that are missing. Requires gram->stored. */
VkcResult gram_advance_to(struct gram *gram, uint32_t row);
/* After a failure: discards the matrix unless it is complete. */
void gram_invalidate(struct gram *gram);

/* The segment that contains a row, and the row's offset in it in bytes. */
const struct buffer *gram_row(const struct gram *gram, uint32_t row, uint64_t *offset);

/* Rows per tile of the chosen kernel, a divisor of TILE. gram_compute() takes multiples of it. */
uint32_t gram_tile_rows(const struct gram *gram);

/* Records the computation of `area`. Its rows are multiples of gram_tile_rows() and its columns
 * multiples of TILE; both may extend into the padding. */
VkcResult gram_compute(struct gram *gram, const struct area *area, const struct tile_target *to);

#endif
