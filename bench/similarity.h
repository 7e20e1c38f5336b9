/* SPDX-License-Identifier: MIT
 *
 * What the benchmark of similarities works on, what it measures, and how it judges what
 * came out. */
#ifndef SIMILARITY_H
#define SIMILARITY_H

#include "reference.h"

#define MOST_K 100
#define RANGE_ROWS 100

struct bench {
	VkComputeContext *ctx;
	const struct data *data;
	struct reference reference;
	uint32_t range_rows;
	float *matrix;       /* the whole, by the library */
	float *output;       /* n x n, for everything else */
	uint32_t *neighbors; /* n x MOST_K */
	float *similarities;
	void *faiss;
	int64_t *faiss_neighbors; /* n x (MOST_K + 1): it finds the item itself, too */
	float *faiss_similarities;
};

/* Each does one thing once and returns the seconds; NAN: left out. */
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

/* Each sets the cells error, exact and agree of the report's row, as far as they apply,
 * from what the method has just left in the bench. */
void check_matrix(struct bench *bench, uint32_t k);
void check_sgemm(struct bench *bench, uint32_t k);
void check_ssyrk(struct bench *bench, uint32_t k);
void check_rows(struct bench *bench, uint32_t k);
void check_packed(struct bench *bench, uint32_t k);
void check_neighbors(struct bench *bench, uint32_t k);
void check_faiss(struct bench *bench, uint32_t k);

#endif
