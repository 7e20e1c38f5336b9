/* SPDX-License-Identifier: MIT
 *
 * The alternatives that the library is compared with. Diversity sequences with OpenBLAS,
 * FAISS and plain C, each implemented with care; nearest neighbours with FAISS; the matrix
 * and sequences in plain LuaJIT. */
#ifndef PEERS_H
#define PEERS_H

#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Diversity sequences -------------------------------------------------------- */

struct peer {
	const struct data *data;
	double *centroid; /* sum of the chosen rows */
	float *centroid32;
	char *used;
	float *scores32;
	double *scores64; /* infinity for used items */
	float *matrix32;  /* n x n, or NULL until peer_need_matrix32() */
	double *matrix64;
};

struct peer peer_open(const struct data *data);
void peer_close(struct peer *peer);
/* Compute the whole matrix of cosines in float32 or float64 with OpenBLAS. */
void peer_need_matrix32(struct peer *peer);
void peer_need_matrix64(struct peer *peer);

/* Adds an item to the walk and returns the next item. */
typedef uint32_t (*peer_step)(struct peer *peer, uint32_t chosen);

uint32_t peer_step_sgemv(struct peer *peer, uint32_t chosen);
uint32_t peer_step_faiss(struct peer *peer, uint32_t chosen);
uint32_t peer_step_matrix32(struct peer *peer, uint32_t chosen);
uint32_t peer_step_matrix64(struct peer *peer, uint32_t chosen);

/* The steps that a walk completed, and their duration. */
struct timed_steps {
	double seconds;
	uint32_t steps;
};

/* Walks `length` items, or as many as fit in max_seconds. */
struct timed_steps peer_walk(struct peer *peer, peer_step step, uint32_t start, uint32_t length,
                             double max_seconds, uint32_t *sequence);

/* Walks from the items 0 … num_walks - 1 in lockstep, with one sgemm per step of all walks. */
struct timed_steps peer_lockstep(struct peer *peer, uint32_t num_walks, uint32_t length,
                                 double max_seconds);

/* ---- FAISS ---------------------------------------------------------------------- */

void faiss_threads(int threads);
/* Creates an IndexFlatIP of these rows. */
void *faiss_open(const float *rows, uint32_t n, uint32_t d);
void faiss_close(void *index);
/* Finds the k nearest items of each of the first num_rows rows, including the row itself. */
void faiss_search(void *index, const float *rows, uint32_t num_rows, uint32_t k, float *values,
                  int64_t *indices);
void faiss_products(const float *query, const float *rows, uint32_t n, uint32_t d, float *values);

/* ---- Plain LuaJIT --------------------------------------------------------------- */

/* Runs plain.lua on the data: "matrix", or a "sequence" of `length` items or as many as fit in
 * max_seconds. steps is 0 if luajit fails. */
struct timed_steps luajit_run(const struct data *data, const char *task, uint32_t length,
                              double max_seconds);

#ifdef __cplusplus
}
#endif

#endif
