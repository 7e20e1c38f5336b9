/* SPDX-License-Identifier: MIT */
#include "similarity.h"

#include <string.h>

#include "report.h"

static bool is_exact(const float *matrix, uint64_t n)
{
	enum {
		TILE = 64
	};
	for (uint64_t a = 0; a < n; a += TILE)
		for (uint64_t b = a; b < n; b += TILE)
			for (uint64_t i = a; i < n && i < a + TILE; i++)
				for (uint64_t j = b; j < n && j < b + TILE; j++)
					if (matrix[i * n + j] != matrix[j * n + i] ||
					    (i == j && matrix[i * n + j] != 1))
						return false;
	return true;
}

static void check_whole(struct bench *bench, const float *matrix)
{
	uint32_t n = bench->data->n;
	report_set("error", "%.2g", reference_error(&bench->reference, matrix, 0, n, false));
	report_set("exact", "%s", is_exact(matrix, n) ? "yes" : "no");
}

void check_matrix(struct bench *bench, uint32_t k)
{
	(void)k;
	check_whole(bench, bench->matrix);
}

void check_sgemm(struct bench *bench, uint32_t k)
{
	(void)k;
	check_whole(bench, bench->output);
}

void check_ssyrk(struct bench *bench, uint32_t k)
{
	(void)k;
	report_set("error", "%.2g",
	           reference_error(&bench->reference, bench->output, 0, bench->data->n, true));
}

/* Rows and the packed form are exact if their bytes equal those of the whole matrix. */
void check_rows(struct bench *bench, uint32_t k)
{
	uint64_t n = bench->data->n, first = (n - bench->range_rows) / 2;
	(void)k;
	report_set("error", "%.2g",
	           reference_error(&bench->reference, bench->output, (uint32_t)first,
	                           bench->range_rows, false));
	report_set("exact", "%s",
	           memcmp(bench->output, bench->matrix + first * n,
	                  bench->range_rows * n * sizeof(float))
	               ? "no"
	               : "yes");
}

void check_packed(struct bench *bench, uint32_t k)
{
	uint64_t n = bench->data->n;
	const float *at = bench->output;
	bool same = true;
	(void)k;
	for (uint64_t i = 0; i < n; at += n - 1 - i, i++)
		same &= !memcmp(at, bench->matrix + i * n + i + 1, (n - 1 - i) * sizeof(float));
	report_set("exact", "%s", same ? "yes" : "no");
}

/* A neighbour is correct if a stable descending sort of the row puts it at the same position. */
void check_neighbors(struct bench *bench, uint32_t k)
{
	uint32_t n = bench->data->n, rows = n < 64 ? n : 64;
	uint64_t right = 0;
	for (uint32_t s = 0; s < rows; s++) {
		uint32_t i = (uint32_t)((uint64_t)s * n / rows);
		const float *row = bench->matrix + (uint64_t)i * n;
		for (uint32_t p = 0; p < k; p++) {
			uint32_t neighbor = bench->neighbors[(uint64_t)i * k + p], before = 0;
			for (uint32_t j = 0; j < n; j++)
				before += j != i && (row[j] > row[neighbor] ||
				                     (row[j] == row[neighbor] && j < neighbor));
			right += neighbor != i && before == p &&
			         bench->similarities[(uint64_t)i * k + p] == row[neighbor];
		}
	}
	report_set("agree", "%.4g", 100.0 * (double)right / ((double)rows * k));
}

/* Reports the share of positions where FAISS and the library have the same item. */
void check_faiss(struct bench *bench, uint32_t k)
{
	uint64_t equal = 0;
	check_ok(bench->ctx, vkc_compute_nearest_neighbors(bench->ctx, 0, bench->data->n, k,
	                                                   bench->neighbors, bench->similarities));
	for (uint64_t i = 0; i < bench->data->n; i++) {
		const int64_t *found = bench->faiss_neighbors + i * (k + 1);
		for (uint32_t p = 0; p < k; p++, found++) {
			found += *found == (int64_t)i;
			equal += *found == bench->neighbors[i * k + p];
		}
	}
	report_set("agree", "%.4g", 100.0 * (double)equal / ((double)bench->data->n * k));
}
