/* SPDX-License-Identifier: MIT
 *
 * Compares diversity sequences, one or many, with loops that use OpenBLAS, FAISS, plain C with
 * a matrix, and plain LuaJIT. All steps of a peer cost the same, so its walk may end early
 * (--seconds); times are per step. Each round runs every method once, and a ratio is the median
 * of the ratios of all rounds. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"
#include "reference.h"
#include "report.h"

/* Limit for the matrix of a peer. */
#define MAX_MATRIX_BYTES (5ull << 30)
/* Sequences per call of the library. */
#define BATCH 1024
/* Limit for the number of walks in lockstep. */
#define MAX_LOCKSTEP 64
/* Limit for plain LuaJIT, in numbers of the embeddings. */
#define MAX_LUAJIT 20e6
/* Limit for comparing with float64, in multiply-adds. */
#define MAX_CHECK_WORK 1e12

struct bench {
	VkComputeContext *ctx;
	const struct data *data;
	const struct settings *settings;
	uint32_t walks, length, batch;
	uint32_t *starts, *output; /* one batch */
	uint32_t *kept;            /* the sequences to compare with float64 */
	uint32_t checked;
	struct peer peer;
};

struct row {
	const char *name;
	peer_step step;     /* NULL if the method has no single step */
	struct times times; /* seconds per step of one walk */
	uint32_t steps;     /* number of measured steps */
	uint32_t walks;
	uint32_t *sequence; /* NULL if it is not checked */
};

enum {
	LIBRARY,
	SGEMV,
	LOCKSTEP,
	FAISS,
	MATRIX32,
	MATRIX64,
	LUAJIT,
	ROWS
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static double upload(struct bench *bench)
{
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_upload_embeddings(bench->ctx, bench->data->rows, bench->data->n,
	                                           bench->data->d));
	return seconds_now() - begin;
}

static bool has_matrix(const struct bench *bench)
{
	uint64_t n = bench->data->n;
	return context_info(bench->ctx).memory_used >= n * n * sizeof(float);
}

/* Runs the one-time work of the first walk after an upload. */
static double first_step(struct bench *bench)
{
	const uint32_t start = 0;
	const uint32_t length = bench->data->n < 2 ? 1 : 2;
	uint32_t walk[2];
	double begin = seconds_now();
	check_ok(bench->ctx, vkc_compute_diversity_sequences(bench->ctx, &start, 1, 1,
	                                                     length, walk));
	return seconds_now() - begin;
}

/* Computes all sequences in batches and keeps those to compare. */
static double all_walks(struct bench *bench)
{
	double seconds = 0;
	uint32_t kept = 0;
	for (uint32_t first = 0; first < bench->walks; first += bench->batch) {
		uint32_t count = (uint32_t)smaller(bench->batch, bench->walks - first);
		for (uint32_t w = 0; w < count; w++)
			bench->starts[w] = first + w;
		double begin = seconds_now();
		check_ok(bench->ctx, vkc_compute_diversity_sequences(bench->ctx, bench->starts, count, 1,
		                                                     bench->length, bench->output));
		seconds += seconds_now() - begin;
		for (; kept < bench->checked; kept++) {
			uint64_t walk = (uint64_t)kept * bench->walks / bench->checked;
			if (walk >= first + count)
				break;
			memcpy(bench->kept + (uint64_t)kept * bench->length,
			       bench->output + (walk - first) * bench->length,
			       bench->length * sizeof(uint32_t));
		}
	}
	return seconds;
}

/* ---- Rounds ---------------------------------------------------------------------- */

static void measure_library(struct bench *bench, struct row *row)
{
	/* Without a matrix, a new upload discards the rows that the last round kept. */
	if (!has_matrix(bench)) {
		upload(bench);
		compute_matrix(bench->ctx);
		first_step(bench);
	}
	double steps = (double)bench->walks * (bench->length - 1);
	times_add(&row->times, all_walks(bench) / steps);
	row->steps = bench->length - 1;
}

static void measure_peer(struct bench *bench, int which, struct row *row)
{
	double most = (double)bench->settings->seconds;
	struct timed_steps run = {0};
	if (which == LOCKSTEP && row->walks > 1)
		run = peer_lockstep(&bench->peer, row->walks, bench->length, most);
	else if (which == LUAJIT && (double)bench->data->n * bench->data->d <= MAX_LUAJIT)
		run = luajit_run(bench->data, "sequence", bench->length, most);
	else if (row->step)
		run = peer_walk(&bench->peer, row->step, 0, bench->length, most, row->sequence);
	if (!run.steps)
		return;
	times_add(&row->times, run.seconds / run.steps / row->walks);
	row->steps = run.steps;
}

static void open_rows(struct bench *bench, struct row rows[ROWS])
{
	uint64_t square = (uint64_t)bench->data->n * bench->data->n;
	rows[LIBRARY] = (struct row){.name = "vulkan_compute"};
	rows[SGEMV] = (struct row){.name = "sgemv loop", .step = peer_step_sgemv};
	rows[LOCKSTEP] = (struct row){.name = "sgemm, walks in lockstep"};
	rows[FAISS] = (struct row){.name = "FAISS inner products", .step = peer_step_faiss};
	rows[MATRIX32] = (struct row){.name = "plain C, float32 matrix"};
	rows[MATRIX64] = (struct row){.name = "plain C, float64 matrix"};
	rows[LUAJIT] = (struct row){.name = "plain LuaJIT"};
	/* Comparable only if the library has a matrix as well. */
	if (has_matrix(bench) && square * sizeof(float) <= MAX_MATRIX_BYTES) {
		peer_need_matrix32(&bench->peer);
		rows[MATRIX32].step = peer_step_matrix32;
	}
	if (has_matrix(bench) && square * sizeof(double) <= MAX_MATRIX_BYTES) {
		peer_need_matrix64(&bench->peer);
		rows[MATRIX64].step = peer_step_matrix64;
	}
	for (int i = 0; i < ROWS; i++) {
		rows[i].walks = i == LIBRARY    ? bench->walks
		                : i == LOCKSTEP ? (uint32_t)smaller(bench->walks, MAX_LOCKSTEP)
		                                : 1;
		if (rows[i].step)
			rows[i].sequence = allocate(bench->length, sizeof(uint32_t));
	}
}

/* ---- Results ---------------------------------------------------------------------- */

static void report_equal(const struct reference *reference, const uint32_t *sequences,
                         uint32_t count, uint32_t length, uint32_t stride)
{
	uint64_t equal = 0, positions = (uint64_t)count * (length - 1);
	double miss = 0;
	for (uint32_t w = 0; w < count; w++)
		equal += reference_equal(reference, sequences + (uint64_t)w * stride, length, &miss);
	report_set("checked", "%lu", positions);
	/* Rounding must not show 100 for less. */
	report_set("equal_percent", equal == positions ? "%.0f" : "%.4f",
	           100.0 * (double)equal / (double)positions);
	report_set("largest_miss", "%.2g", miss);
}

static void report_walks(struct bench *bench, struct row rows[ROWS])
{
	struct reference reference = reference_open(bench->data);
	for (int i = 0; i < ROWS; i++) {
		struct row *row = &rows[i];
		if (!row->times.count)
			continue;
		double step = times_median(&row->times);
		report_row();
		report_set("method", "%s", row->name);
		report_set("walks", "%u", row->walks);
		report_set("length", "%u", bench->length);
		report_set("steps", "%u", row->steps);
		report_times(&row->times);
		report_set("seconds", "%.5g", step * (bench->length - 1) * row->walks);
		report_set("us_per_step", "%.5g", step * 1e6);
		report_set("walks_per_s", "%.4g", 1 / (step * (bench->length - 1)));
		report_set("vs_sgemv", "%.3g", times_ratio(&row->times, &rows[SGEMV].times));
		if (i == LIBRARY) {
			report_set("matrix", "%s", has_matrix(bench) ? "kept" : "does not fit");
			report_set("device_mib", "%.1f",
			           (double)context_info(bench->ctx).memory_used / MIB);
			report_equal(&reference, bench->kept, bench->checked, bench->length,
			             bench->length);
		} else if (row->sequence) {
			report_equal(&reference, row->sequence, 1, row->steps + 1, 0);
		}
		if (bench->settings->tuning && i == LIBRARY)
			report_set("tuning", "%s", bench->settings->tuning);
		if (bench->settings->limit && i == LIBRARY)
			report_set("limit_mib", "%.0f", (double)bench->settings->limit / MIB);
	}
	reference_close(&reference);
}

static void report_start(const char *name, double seconds)
{
	struct times times = {{seconds}, 1};
	report_row();
	report_set("method", "%s", name);
	report_times(&times);
}

static struct bench bench_open(const struct settings *settings, const struct data *data)
{
	struct bench bench = {
		.ctx = context_new(settings),
		.data = data,
		.settings = settings,
		.walks = (uint32_t)(settings->walks ? settings->walks : data->n),
		.length = (uint32_t)(settings->length ? settings->length : data->n),
		.peer = peer_open(data),
	};
	if (bench.length < 2 || bench.length > data->n || bench.walks > data->n)
		die("--length takes 2 to %u, --walks 0 to %u.", data->n, data->n);
	bench.batch = (uint32_t)smaller(bench.walks, BATCH);
	bench.starts = allocate(bench.batch, sizeof(uint32_t));
	bench.output = allocate((uint64_t)bench.batch * bench.length, sizeof(uint32_t));
	double cost = (double)data->n * data->d * bench.length;
	double affordable = MAX_CHECK_WORK / cost < 1 ? 1 : MAX_CHECK_WORK / cost;
	bench.checked = (uint32_t)(settings->checked ? smaller(settings->checked, bench.walks)
	                                             : fmin(affordable, bench.walks));
	bench.kept = allocate((uint64_t)bench.checked * bench.length, sizeof(uint32_t));
	return bench;
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.data = "clustered", .n = 2000, .d = 384, .rounds = 5, .walks = 1, .seconds = 5};
	settings_read(&settings, argc, argv,
	              "data n d rounds threads csv tuning memory-limit walks length seconds check",
	              "Compares diversity sequences, one or many, with OpenBLAS, FAISS, plain C with\n"
	              "a matrix, and plain LuaJIT.");
	openblas_set_num_threads((int)settings.threads);
	faiss_threads((int)settings.threads);
	struct data data = data_open(&settings);
	struct bench bench = bench_open(&settings, &data);
	report_begin("method walks length limit_mib tuning matrix runs seconds steps us_per_step "
	             "walks_per_s vs_sgemv checked equal_percent largest_miss device_mib times",
	             &settings, bench.ctx, &data);
	report_start("upload", upload(&bench));
	report_start("matrix", compute_matrix(bench.ctx));
	report_start("first step of a walk", first_step(&bench));

	struct row rows[ROWS];
	open_rows(&bench, rows);
	for (uint64_t r = 0; r < settings.rounds; r++) {
		measure_library(&bench, &rows[LIBRARY]);
		for (int i = LIBRARY + 1; i < ROWS; i++)
			measure_peer(&bench, i, &rows[i]);
	}
	report_walks(&bench, rows);
	report_end();

	for (int i = 0; i < ROWS; i++)
		free(rows[i].sequence);
	vkc_destroy(bench.ctx);
	peer_close(&bench.peer);
	data_close(&data);
	free(bench.starts);
	free(bench.output);
	free(bench.kept);
	return 0;
}
