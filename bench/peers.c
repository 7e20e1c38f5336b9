/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct peer peer_open(const struct data *data)
{
	return (struct peer){
		.data = data,
		.centroid = allocate(data->d, sizeof(double)),
		.centroid32 = allocate(data->d, sizeof(float)),
		.used = allocate(data->n, 1),
		.scores32 = allocate(data->n, sizeof(float)),
		.scores64 = allocate(data->n, sizeof(double)),
	};
}

void peer_close(struct peer *peer)
{
	free(peer->centroid);
	free(peer->centroid32);
	free(peer->used);
	free(peer->scores32);
	free(peer->scores64);
	free(peer->matrix32);
	free(peer->matrix64);
	*peer = (struct peer){0};
}

void peer_need_matrix32(struct peer *peer)
{
	uint64_t n = peer->data->n;
	int d = (int)peer->data->d;
	peer->matrix32 = allocate(n * n, sizeof(float));
	cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)n, d, 1, peer->data->units, d, 0,
	            peer->matrix32, (int)n);
	for (uint64_t i = 0; i < n; i++)
		for (uint64_t j = 0; j < i; j++)
			peer->matrix32[i * n + j] = peer->matrix32[j * n + i];
}

void peer_need_matrix64(struct peer *peer)
{
	uint64_t n = peer->data->n, d = peer->data->d;
	double *units = allocate(n * d, sizeof(double));
	for (uint64_t i = 0; i < n; i++) {
		double sum = 0;
		for (uint64_t c = 0; c < d; c++)
			sum += (double)peer->data->rows[i * d + c] * peer->data->rows[i * d + c];
		for (uint64_t c = 0; sum > 0 && c < d; c++)
			units[i * d + c] = peer->data->rows[i * d + c] / sqrt(sum);
	}
	peer->matrix64 = allocate(n * n, sizeof(double));
	cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)n, (int)d, 1, units, (int)d, 0,
	            peer->matrix64, (int)n);
	free(units);
	for (uint64_t i = 0; i < n; i++)
		for (uint64_t j = 0; j < i; j++)
			peer->matrix64[i * n + j] = peer->matrix64[j * n + i];
}

/* ---- Steps ---------------------------------------------------------------------- */

/* Returns the unused item with the lowest score in scores32. */
static uint32_t lowest32(const struct peer *peer)
{
	uint32_t best = 0;
	float least = INFINITY;
	for (uint32_t j = 0; j < peer->data->n; j++) {
		if (!peer->used[j] && peer->scores32[j] < least) {
			least = peer->scores32[j];
			best = j;
		}
	}
	return best;
}

/* Same for scores64, where used items have the score infinity. Two passes, because each of
 * them vectorises. */
static uint32_t lowest64(const struct peer *peer)
{
	double least = INFINITY;
	for (uint32_t j = 0; j < peer->data->n; j++)
		least = peer->scores64[j] < least ? peer->scores64[j] : least;
	uint32_t best = 0;
	while (best + 1 < peer->data->n && peer->scores64[best] != least)
		best++;
	return best;
}

static void add_to_centroid(struct peer *peer, uint32_t chosen)
{
	const float *row = peer->data->rows + (uint64_t)chosen * peer->data->d;
	peer->used[chosen] = 1;
	for (uint32_t c = 0; c < peer->data->d; c++) {
		peer->centroid[c] += row[c];
		peer->centroid32[c] = (float)peer->centroid[c];
	}
}

uint32_t peer_step_sgemv(struct peer *peer, uint32_t chosen)
{
	int n = (int)peer->data->n, d = (int)peer->data->d;
	add_to_centroid(peer, chosen);
	cblas_sgemv(CblasRowMajor, CblasNoTrans, n, d, 1, peer->data->units, d, peer->centroid32, 1,
	            0, peer->scores32, 1);
	return lowest32(peer);
}

uint32_t peer_step_faiss(struct peer *peer, uint32_t chosen)
{
	add_to_centroid(peer, chosen);
	faiss_products(peer->centroid32, peer->data->units, peer->data->n, peer->data->d,
	               peer->scores32);
	return lowest32(peer);
}

uint32_t peer_step_matrix32(struct peer *peer, uint32_t chosen)
{
	const float *row = peer->matrix32 + (uint64_t)chosen * peer->data->n;
	double norm = peer->data->norms[chosen];
	peer->scores64[chosen] = INFINITY;
	for (uint32_t j = 0; j < peer->data->n; j++)
		peer->scores64[j] += norm * row[j];
	return lowest64(peer);
}

uint32_t peer_step_matrix64(struct peer *peer, uint32_t chosen)
{
	const double *row = peer->matrix64 + (uint64_t)chosen * peer->data->n;
	double norm = peer->data->norms[chosen];
	peer->scores64[chosen] = INFINITY;
	for (uint32_t j = 0; j < peer->data->n; j++)
		peer->scores64[j] += norm * row[j];
	return lowest64(peer);
}

/* ---- Walks ---------------------------------------------------------------------- */

struct timed_steps peer_walk(struct peer *peer, peer_step step, uint32_t start, uint32_t length,
                             double max_seconds, uint32_t *sequence)
{
	struct timed_steps run = {0};
	memset(peer->centroid, 0, peer->data->d * sizeof(*peer->centroid));
	memset(peer->used, 0, peer->data->n);
	memset(peer->scores64, 0, peer->data->n * sizeof(*peer->scores64));
	sequence[0] = start;
	double begin = seconds_now();
	while (run.steps + 1 < length && run.seconds < max_seconds) {
		sequence[run.steps + 1] = step(peer, sequence[run.steps]);
		run.steps++;
		run.seconds = seconds_now() - begin;
	}
	return run;
}

struct timed_steps peer_lockstep(struct peer *peer, uint32_t num_walks, uint32_t length,
                                 double max_seconds)
{
	uint64_t n = peer->data->n, d = peer->data->d;
	float *centroids = allocate(num_walks * d, sizeof(*centroids));
	float *scores = allocate(num_walks * n, sizeof(*scores));
	char *used = allocate(num_walks * n, 1);
	uint32_t *chosen = allocate(num_walks, sizeof(*chosen));
	struct timed_steps run = {0};
	for (uint32_t w = 0; w < num_walks; w++)
		chosen[w] = w;
	double begin = seconds_now();
	while (run.steps + 1 < length && run.seconds < max_seconds) {
		for (uint32_t w = 0; w < num_walks; w++) {
			used[w * n + chosen[w]] = 1;
			cblas_saxpy((int)d, 1, peer->data->rows + chosen[w] * d, 1, centroids + w * d, 1);
		}
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)num_walks, (int)n, (int)d, 1,
		            centroids, (int)d, peer->data->units, (int)d, 0, scores, (int)n);
		for (uint32_t w = 0; w < num_walks; w++) {
			float least = INFINITY;
			for (uint32_t j = 0; j < n; j++) {
				if (!used[w * n + j] && scores[w * n + j] < least) {
					least = scores[w * n + j];
					chosen[w] = j;
				}
			}
		}
		run.steps++;
		run.seconds = seconds_now() - begin;
	}
	free(centroids);
	free(scores);
	free(used);
	free(chosen);
	return run;
}
