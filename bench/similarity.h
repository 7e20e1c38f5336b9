/* SPDX-License-Identifier: MIT
 *
 * The state of the similarity benchmark, its measurements, and the checks of their results. */
#ifndef SIMILARITY_H
#define SIMILARITY_H

#include "reference.h"

#define MAX_K 100
#define RANGE_ROWS 100

struct bench {
	VkComputeContext *ctx;
	const struct data *data;
	struct reference reference;
	uint32_t range_rows;
	float *matrix;       /* n x n, computed by the library */
	float *output;       /* n x n, for all other results */
	uint32_t *neighbors; /* n x MAX_K */
	float *similarities;
	void *faiss;
	int64_t *faiss_neighbors; /* n x (MAX_K + 1): FAISS also finds the item itself */
	float *faiss_similarities;
};

/* Each runs one measurement once and returns the seconds, or NAN if it does not apply. */
double run_upload(struct bench *bench, uint32_t k);
double run_matrix(struct bench *bench, uint32_t k);
double run_upload_matrix(struct bench *bench, uint32_t k);
double run_on_device(struct bench *bench, uint32_t k);
double run_rows(struct bench *bench, uint32_t k);
double run_packed(struct bench *bench, uint32_t k);
double run_neighbors(struct bench *bench, uint32_t k);
double run_ssyrk(struct bench *bench, uint32_t k);
double run_sgemm(struct bench *bench, uint32_t k);
double run_faiss(struct bench *bench, uint32_t k);
double run_luajit(struct bench *bench, uint32_t k);

/* Each checks the result of the preceding run in `bench`, and sets the cells error, exact and
 * agree of the selected row, as far as they apply. */
void check_matrix(struct bench *bench, uint32_t k);
void check_sgemm(struct bench *bench, uint32_t k);
void check_ssyrk(struct bench *bench, uint32_t k);
void check_rows(struct bench *bench, uint32_t k);
void check_packed(struct bench *bench, uint32_t k);
void check_neighbors(struct bench *bench, uint32_t k);
void check_faiss(struct bench *bench, uint32_t k);

#endif
