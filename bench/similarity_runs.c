/* SPDX-License-Identifier: MIT */
#include "similarity.h"

#include <cblas.h>
#include <math.h>

#include "peers.h"

/* Limit for plain LuaJIT, in multiply-adds; takes a few seconds. */
#define MAX_LUAJIT 4e9

double run_upload(struct bench *bench, uint32_t k)
{
	(void)k;
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_upload_embeddings(bench->ctx, bench->data->rows, bench->data->n,
	                                           bench->data->d));
	return seconds_now() - begin;
}

double run_matrix(struct bench *bench, uint32_t k)
{
	(void)k;
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_compute_similarity_matrix(bench->ctx, bench->matrix));
	return seconds_now() - begin;
}

double run_upload_matrix(struct bench *bench, uint32_t k)
{
	double upload = run_upload(bench, k);
	return upload + run_matrix(bench, k);
}

double run_on_device(struct bench *bench, uint32_t k)
{
	(void)k;
	double seconds = compute_matrix(bench->ctx);
	uint64_t matrix = (uint64_t)bench->data->n * bench->data->n * sizeof(float);
	return context_info(bench->ctx).memory_used < matrix ? NAN : seconds;
}

double run_rows(struct bench *bench, uint32_t k)
{
	uint32_t first = (bench->data->n - bench->range_rows) / 2;
	(void)k;
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_compute_similarity_rows(bench->ctx, first, bench->range_rows,
	                                                 bench->output));
	return seconds_now() - begin;
}

double run_packed(struct bench *bench, uint32_t k)
{
	(void)k;
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_compute_similarity_packed(bench->ctx, bench->output));
	return seconds_now() - begin;
}

double run_neighbors(struct bench *bench, uint32_t k)
{
	if (k >= bench->data->n)
		return NAN;
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_compute_nearest_neighbors(bench->ctx, 0, bench->data->n, k,
	                                                   bench->neighbors, bench->similarities));
	return seconds_now() - begin;
}

double run_ssyrk(struct bench *bench, uint32_t k)
{
	int n = (int)bench->data->n, d = (int)bench->data->d;
	(void)k;
	double begin = seconds_now();
	cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, d, 1, bench->data->units, d, 0,
	            bench->output, n);
	return seconds_now() - begin;
}

double run_sgemm(struct bench *bench, uint32_t k)
{
	int n = (int)bench->data->n, d = (int)bench->data->d;
	(void)k;
	double begin = seconds_now();
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, d, 1, bench->data->units, d,
	            bench->data->units, d, 0, bench->output, n);
	return seconds_now() - begin;
}

double run_faiss(struct bench *bench, uint32_t k)
{
	if (k >= bench->data->n)
		return NAN;
	double begin = seconds_now();
	faiss_search(bench->faiss, bench->data->units, bench->data->n, k + 1,
	             bench->faiss_similarities, bench->faiss_neighbors);
	return seconds_now() - begin;
}

double run_luajit(struct bench *bench, uint32_t k)
{
	(void)k;
	if ((double)bench->data->n * bench->data->n / 2 * bench->data->d > MAX_LUAJIT)
		return NAN;
	struct timed_steps run = luajit_run(bench->data, "matrix", 0, 0);
	return run.steps ? run.seconds : NAN;
}
