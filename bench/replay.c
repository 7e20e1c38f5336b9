/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Scores that are compared at once: enough for compilers to vectorise the loop over them. */
#define LANES 64
#define MAX_THREADS 256

/* ---- Once per set ----------------------------------------------------------------- */

struct replay replay_open(const struct data *data)
{
	uint32_t n = data->n, d = data->d;
	uint64_t count = (uint64_t)n * d;
	double *values = allocate(count, sizeof(*values));
	struct replay replay = {
		.n = n,
		.stride = (n + LANES - 1) / LANES * LANES,
		.norms = allocate(n, sizeof(double)),
		/* For any order of summation, a float64 dot product of float32 numbers has an error of at
		 * most d 2^-53 |e_k| |e_j|. The norm adds half of that, the square root and the division
		 * two units more. */
		.error = (2.0 * d + 8) * 0x1p-53,
	};
	replay.cosines = allocate((uint64_t)n * replay.stride, sizeof(double));
	for (uint64_t i = 0; i < count; i++)
		values[i] = data->rows[i];
	for (uint32_t i = 0; i < n; i++)
		replay.norms[i] = sqrt(cblas_ddot((int)d, values + (uint64_t)i * d, 1,
		                                  values + (uint64_t)i * d, 1));
	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n, (int)d, 1, values, (int)d,
	            values, (int)d, 0, replay.cosines, (int)replay.stride);
	for (uint32_t k = 0; k < n; k++) {
		double *row = replay.cosines + (uint64_t)k * replay.stride;
		for (uint32_t j = 0; j < n; j++)
			row[j] = replay.norms[j] > 0 ? row[j] / replay.norms[j] : 0;
	}
	replay.rows = exact_rows_new(values, n, d);
	free(values);
	return replay;
}

void replay_close(struct replay *replay)
{
	exact_rows_free(&replay->rows);
	free(replay->cosines);
	free(replay->norms);
	*replay = (struct replay){0};
}

/* ---- One walk ---------------------------------------------------------------------- */

struct walk {
	const struct replay *replay;
	const uint32_t *sequence;
	double *scores; /* stride; INFINITY where used */
	mpz_t *sum;     /* exact sum of the first num_added items, d numbers */
	uint32_t num_added;
	mpz_t dot, best_dot;
	struct replay_counts counts;
};

/* Adds a row to the scores. Returns the lowest score. */
static double add_row(double *restrict scores, const double *restrict row, uint32_t stride)
{
	double least[LANES];
	for (uint32_t l = 0; l < LANES; l++)
		least[l] = INFINITY;
	for (const double *end = scores + stride; scores < end; scores += LANES, row += LANES) {
		for (uint32_t l = 0; l < LANES; l++) {
			double score = scores[l] + row[l];
			scores[l] = score;
			least[l] = score < least[l] ? score : least[l];
		}
	}
	for (uint32_t l = 1; l < LANES; l++)
		least[0] = least[l] < least[0] ? least[l] : least[0];
	return least[0];
}

static uint32_t count_up_to(const double *scores, uint32_t stride, double limit)
{
	uint32_t count = 0;
	for (uint32_t j = 0; j < stride; j++)
		count += scores[j] <= limit;
	return count;
}

/* The item with the lowest exact score among those up to `limit`, after the first t + 1 items. */
static uint32_t decide(struct walk *walk, uint32_t t, double limit)
{
	const ExactRows *rows = &walk->replay->rows;
	uint32_t best = UINT32_MAX;
	bool tie = false;
	for (; walk->num_added <= t; walk->num_added++) {
		mpz_t *row = rows->numbers + (uint64_t)walk->sequence[walk->num_added] * rows->d;
		for (uint32_t c = 0; c < rows->d; c++)
			mpz_add(walk->sum[c], walk->sum[c], row[c]);
	}
	for (uint32_t j = 0; j < rows->n; j++) {
		if (!(walk->scores[j] <= limit))
			continue;
		exact_dot(walk->dot, rows->numbers + (uint64_t)j * rows->d, walk->sum, rows->d);
		int order = best == UINT32_MAX ? -1
		                               : exact_compare(walk->dot, rows->squares[j],
		                                               walk->best_dot, rows->squares[best]);
		if (order < 0) {
			mpz_swap(walk->dot, walk->best_dot);
			best = j;
			tie = false;
		} else if (order == 0) {
			tie = true;
		}
	}
	walk->counts.near_ties++;
	walk->counts.true_ties += tie;
	return best;
}

static void check_walk(struct walk *walk, uint32_t length)
{
	const struct replay *replay = walk->replay;
	struct replay_counts *counts = &walk->counts;
	double weight = 0;        /* the sum of the norms */
	double square_of_sum = 0; /* the squared length of the sum */
	walk->num_added = 0;
	for (uint32_t c = 0; c < replay->rows.d; c++)
		mpz_set_ui(walk->sum[c], 0);
	for (uint32_t j = 0; j < replay->stride; j++)
		walk->scores[j] = j < replay->n ? 0 : INFINITY;
	counts->positions += length - 1;
	for (uint32_t t = 0; t + 1 < length; t++) {
		uint32_t item = walk->sequence[t], next = walk->sequence[t + 1];
		double norm = replay->norms[item];
		square_of_sum += norm * (2 * walk->scores[item] + norm);
		weight += norm;
		walk->scores[item] = INFINITY;
		double least = add_row(walk->scores, replay->cosines + (uint64_t)item * replay->stride,
		                       replay->stride);
		if (next >= replay->n || isinf(walk->scores[next])) {
			/* Nothing after an item that does not exist or repeats means anything. */
			counts->wrong += length - 1 - t;
			counts->largest_miss = INFINITY;
			return;
		}
		/* Each of the t + 1 additions adds a rounding error of up to 2^-53 of the weight. */
		double limit = least + 2 * (replay->error + (t + 1) * 0x1p-53) * weight;
		bool right = walk->scores[next] <= limit;
		if (count_up_to(walk->scores, replay->stride, limit) > 1)
			right = decide(walk, t, limit) == next;
		if (right)
			continue;
		counts->wrong++;
		counts->largest_miss = fmax(counts->largest_miss,
		                            (walk->scores[next] - least) / sqrt(square_of_sum));
	}
}

/* ---- Threads ------------------------------------------------------------------------ */

struct job {
	const struct replay *replay;
	const uint32_t *sequences;
	uint32_t count, length, next;
	struct replay_counts counts;
	pthread_mutex_t mutex;
};

static void *check_walks(void *argument)
{
	struct job *job = argument;
	struct walk walk = {
		.replay = job->replay,
		.scores = allocate(job->replay->stride, sizeof(double)),
		.sum = exact_integers_new(job->replay->rows.d),
	};
	mpz_inits(walk.dot, walk.best_dot, NULL);
	pthread_mutex_lock(&job->mutex);
	while (job->next < job->count) {
		walk.sequence = job->sequences + (uint64_t)job->next++ * job->length;
		pthread_mutex_unlock(&job->mutex);
		check_walk(&walk, job->length);
		pthread_mutex_lock(&job->mutex);
	}
	job->counts.positions += walk.counts.positions;
	job->counts.wrong += walk.counts.wrong;
	job->counts.near_ties += walk.counts.near_ties;
	job->counts.true_ties += walk.counts.true_ties;
	job->counts.largest_miss = fmax(job->counts.largest_miss, walk.counts.largest_miss);
	pthread_mutex_unlock(&job->mutex);
	mpz_clears(walk.dot, walk.best_dot, NULL);
	exact_integers_free(walk.sum, job->replay->rows.d);
	free(walk.scores);
	return NULL;
}

void replay_check(const struct replay *replay, const uint32_t *sequences, uint32_t count,
                  uint32_t length, uint32_t threads, struct replay_counts *counts)
{
	pthread_t ids[MAX_THREADS];
	struct job job = {
		.replay = replay,
		.sequences = sequences,
		.count = count,
		.length = length,
		.counts = *counts,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	for (uint32_t i = 0; i < threads; i++) {
		if (pthread_create(&ids[i], NULL, check_walks, &job) != 0)
			die("Cannot create thread %u of %u.", i + 1, threads);
	}
	for (uint32_t i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	*counts = job.counts;
}
