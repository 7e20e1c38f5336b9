/* SPDX-License-Identifier: MIT
 *
 * Once walks from different starts have chosen the same set of items, they continue in the
 * same order, and computing one of them is enough. Counts the distinct sets after each step of
 * the walks from all items, and the share of steps that remains if equal sets are merged at
 * once. Derived from the finished sequences; measures no time. */
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* A hash of a set, wide enough to make collisions negligible. */
struct set {
	uint64_t bits[2];
};

static uint64_t mixed(uint64_t bits)
{
	/* SplitMix64. */
	bits += 0x9e3779b97f4a7c15u;
	bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
	bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
	return bits ^ (bits >> 31);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct set));
}

static uint32_t count_distinct(struct set *sorted, const struct set *sets, uint32_t count)
{
	uint32_t distinct = 1;
	memcpy(sorted, sets, count * sizeof(*sets));
	qsort(sorted, count, sizeof(*sorted), compare);
	for (uint32_t i = 1; i < count; i++)
		distinct += compare(&sorted[i - 1], &sorted[i]) != 0;
	return distinct;
}

/* Walks that chose the same set must continue identically. */
static void check_tails(const uint32_t *sequences, const struct set *sets, uint32_t n, uint32_t t)
{
	for (uint32_t w = 1; w < n; w++) {
		const uint32_t *tail = sequences + (uint64_t)w * n;
		if (!compare(&sets[w], &sets[w - 1]) &&
		    memcmp(tail + t + 1, tail - n + t + 1, (n - t - 1) * sizeof(*tail)) != 0)
			die("The walks from %u and %u choose the same %u items and then differ.", w - 1, w,
			    t + 1);
	}
}

int main(int argc, char **argv)
{
	struct settings settings = {.data = "clustered", .n = 2000, .d = 384, .rounds = 1};
	settings_read(&settings, argc, argv, "data n d csv tuning",
	              "Counts the distinct sets among the walks from all items, and the steps that\n"
	              "remain if walks with equal sets are merged.");
	struct data data = data_open(&settings);
	uint32_t n = data.n;
	if (n < 2 || n > 20000)
		die("--n takes 2 to 20000, not %u: all sequences are in memory together.", n);
	VkComputeContext *ctx = context_new(&settings);
	uint32_t *starts = allocate(n, sizeof(*starts));
	uint32_t *sequences = allocate((uint64_t)n * n, sizeof(*sequences));
	for (uint32_t i = 0; i < n; i++)
		starts[i] = i;
	check_ok(ctx, vkc_upload_embeddings(ctx, data.rows, n, data.d));
	check_ok(ctx, vkc_compute_diversity_sequences(ctx, starts, n, 1, n, sequences));

	struct set *sets = allocate(n, sizeof(*sets)), *sorted = allocate(n, sizeof(*sorted));
	uint32_t *distinct = allocate(n, sizeof(*distinct));
	double computed = 0;
	for (uint32_t t = 0; t < n; t++) {
		for (uint32_t w = 0; w < n; w++) {
			uint64_t item = sequences[(uint64_t)w * n + t];
			sets[w].bits[0] += mixed(item);
			sets[w].bits[1] += mixed(~item);
		}
		check_tails(sequences, sets, n, t);
		distinct[t] = count_distinct(sorted, sets, n);
		/* The last item needs no step. */
		computed += t + 1 < n ? distinct[t] : 0;
	}

	uint32_t first = 0;
	while (first < n && distinct[first] == n)
		first++;
	report_begin("walks steps_left_percent first_equal_after sets_after_10_percent "
	             "sets_after_25_percent sets_after_50_percent sets_after_75_percent "
	             "sets_before_last",
	             &settings, ctx, &data);
	report_row();
	report_set("walks", "%u", n);
	report_set("steps_left_percent", "%.1f", 100 * computed / ((double)n * (n - 1)));
	report_set("first_equal_after", "%u", first + 1);
	report_set("sets_after_10_percent", "%u", distinct[n / 10]);
	report_set("sets_after_25_percent", "%u", distinct[n / 4]);
	report_set("sets_after_50_percent", "%u", distinct[n / 2]);
	report_set("sets_after_75_percent", "%u", distinct[n / 4 * 3]);
	report_set("sets_before_last", "%u", distinct[n - 2]);
	report_end();

	vkc_destroy(ctx);
	free(starts);
	free(sequences);
	free(sets);
	free(sorted);
	free(distinct);
	data_close(&data);
	return 0;
}
