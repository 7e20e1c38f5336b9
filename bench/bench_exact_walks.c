/* SPDX-License-Identifier: MIT
 *
 * Computes diversity sequences and checks every choice against exact arithmetic. Measures no time
 * that is comparable. */
#include <cblas.h>
#include <stdlib.h>

#include "replay.h"
#include "report.h"

/* Sequences per call of the library. */
#define BATCH 1024
/* The limit keeps the matrix of the check below 3.2 GB. */
#define MAX_ITEMS 20000

static uint32_t smaller(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

int main(int argc, char **argv)
{
	struct settings settings = {.data = "clustered", .n = 2000, .d = 384, .rounds = 1};
	settings_read(&settings, argc, argv, "data n d walks length threads csv tuning memory-limit",
	              "Computes diversity sequences and checks every choice against exact arithmetic.");
	struct data data = data_open(&settings);
	uint32_t n = data.n;
	if (n < 2 || n > MAX_ITEMS)
		die("--n takes 2 to %d, not %u: the check needs all dot products in memory.", MAX_ITEMS, n);
	uint32_t walks = (uint32_t)(settings.walks ? settings.walks : n);
	uint32_t length = (uint32_t)(settings.length ? settings.length : n);
	if (length < 2 || length > n || walks > n)
		die("--length takes 2 to %u, --walks 0 to %u.", n, n);
	openblas_set_num_threads((int)settings.threads);
	VkComputeContext *ctx = context_new(&settings);
	check_ok(ctx, vkc_upload_embeddings(ctx, data.rows, n, data.d));
	struct replay replay = replay_open(&data);
	struct replay_counts counts = {0};
	uint32_t *starts = allocate(BATCH, sizeof(*starts));
	uint32_t *sequences = allocate((uint64_t)BATCH * length, sizeof(*sequences));
	double computing = 0, checking = 0;
	for (uint32_t first = 0; first < walks; first += BATCH) {
		uint32_t count = smaller(BATCH, walks - first);
		for (uint32_t w = 0; w < count; w++)
			starts[w] = first + w;
		double begin = seconds_now();
		check_ok(ctx, vkc_compute_diversity_sequences(ctx, starts, count, 1, length, sequences));
		computing += seconds_now() - begin;
		begin = seconds_now();
		replay_check(&replay, sequences, count, length, (uint32_t)settings.threads, &counts);
		checking += seconds_now() - begin;
	}
	report_begin("walks length positions wrong near_ties true_ties largest_miss computing_s "
	             "checking_s",
	             &settings, ctx, &data);
	report_row();
	report_set("walks", "%u", walks);
	report_set("length", "%u", length);
	report_set("positions", "%lu", counts.positions);
	report_set("wrong", "%lu", counts.wrong);
	report_set("near_ties", "%lu", counts.near_ties);
	report_set("true_ties", "%lu", counts.true_ties);
	report_set("largest_miss", "%.2g", counts.largest_miss);
	report_set("computing_s", "%.3g", computing);
	report_set("checking_s", "%.3g", checking);
	report_end();

	vkc_destroy(ctx);
	replay_close(&replay);
	data_close(&data);
	free(starts);
	free(sequences);
	return 0;
}
