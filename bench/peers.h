/* SPDX-License-Identifier: MIT
 *
 * What one would use otherwise. Diversity sequences by OpenBLAS, FAISS and plain C, each
 * the way a careful user writes it; nearest neighbours by FAISS; both in plain LuaJIT. */
#ifndef PEERS_H
#define PEERS_H

#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Diversity sequences -------------------------------------------------------- */

struct peer {
	const struct data *data;
	double *centroid; /* the sum of what was chosen */
	float *centroid32;
	char *used;
	float *scores32;
	double *scores64; /* infinite where used */
	float *matrix32;  /* n x n, for the walks that have a matrix; else NULL */
	double *matrix64;
};

struct peer peer_open(const struct data *data);
void peer_close(struct peer *peer);
/* The matrix of cosines, all of it; made in float32 or float64 by OpenBLAS. */
void peer_need_matrix32(struct peer *peer);
void peer_need_matrix64(struct peer *peer);

/* Takes an item into the walk and returns the next one. */
typedef uint32_t (*peer_step)(struct peer *peer, uint32_t chosen);

uint32_t peer_step_sgemv(struct peer *peer, uint32_t chosen);
uint32_t peer_step_faiss(struct peer *peer, uint32_t chosen);
uint32_t peer_step_matrix32(struct peer *peer, uint32_t chosen);
uint32_t peer_step_matrix64(struct peer *peer, uint32_t chosen);

/* How far a walk came, and how long that took. */
struct stretch {
	double seconds;
	uint32_t steps;
};

/* A walk of `length` items, cut off after most_seconds. */
struct stretch peer_walk(struct peer *peer, peer_step step, uint32_t start, uint32_t length,
                         double most_seconds, uint32_t *sequence);

/* Walks from the items 0 … num_walks - 1 together, one sgemm for a step of all. */
struct stretch peer_lockstep(struct peer *peer, uint32_t num_walks, uint32_t length,
                             double most_seconds);

/* ---- FAISS ---------------------------------------------------------------------- */

void faiss_threads(int threads);
/* An IndexFlatIP of these rows. */
void *faiss_open(const float *rows, uint32_t n, uint32_t d);
void faiss_close(void *index);
/* The k nearest of each of the first num_rows rows, itself among them. */
void faiss_search(void *index, const float *rows, uint32_t num_rows, uint32_t k, float *values,
                  int64_t *indices);
void faiss_products(const float *query, const float *rows, uint32_t n, uint32_t d, float *values);

/* ---- Plain LuaJIT --------------------------------------------------------------- */

/* Runs plain.lua on the data: "matrix", or "sequence" of `length` cut off after
 * most_seconds. steps is 0 where there is no luajit. */
struct stretch luajit_run(const struct data *data, const char *task, uint32_t length,
                          double most_seconds);

#ifdef __cplusplus
}
#endif

#endif
