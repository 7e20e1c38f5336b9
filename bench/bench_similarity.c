/* SPDX-License-Identifier: MIT
 *
 * Compares the similarity matrix in all its forms, and nearest neighbours, with OpenBLAS,
 * FAISS and plain LuaJIT. Each round runs every method once, one after the other; a ratio is
 * the median of the ratios of all rounds. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"
#include "report.h"
#include "similarity.h"

#define OWN "vulkan_compute"

struct method {
	const char *task, *name;
	/* Runs once and returns the seconds, or NAN if the method does not apply. */
	double (*run)(struct bench *bench, uint32_t k);
	/* Reports the correctness of the preceding run(); may be NULL. */
	void (*check)(struct bench *bench, uint32_t k);
	uint32_t k;
	bool upload; /* upload again, outside of the measured time */
	struct {
		const char *column;
		int against; /* index of a method */
	} vs[3];         /* ratios to report */
};

enum {
	UPLOAD,
	UPLOAD_MATRIX,
	MATRIX,
	ON_DEVICE,
	AGAIN,
	ROWS,
	PACKED,
	NEIGHBORS_10,
	NEIGHBORS_100,
	SSYRK,
	SGEMM,
	FAISS_10,
	FAISS_100,
	LUAJIT,
	METHODS
};

static const struct method methods[METHODS] = {
	[UPLOAD] = {
		.task = "upload",
		.name = OWN,
		.run = run_upload,
	},
	[UPLOAD_MATRIX] = {
		.task = "upload and matrix",
		.name = OWN,
		.run = run_upload_matrix,
		.vs = {{"vs_ssyrk", SSYRK}, {"vs_sgemm", SGEMM}},
	},
	[MATRIX] = {
		.task = "matrix",
		.name = OWN,
		.run = run_matrix,
		.check = check_matrix,
		.upload = true,
		.vs = {{"vs_ssyrk", SSYRK}, {"vs_sgemm", SGEMM}, {"vs_luajit", LUAJIT}},
	},
	[ON_DEVICE] = {
		.task = "matrix, not read",
		.name = OWN,
		.run = run_on_device,
		.upload = true,
		.vs = {{"vs_ssyrk", SSYRK}, {"vs_sgemm", SGEMM}},
	},
	[AGAIN] = {
		.task = "matrix, only read",
		.name = OWN,
		.run = run_matrix,
		.vs = {{"vs_matrix", MATRIX}},
	},
	[ROWS] = {
		.task = "100 rows",
		.name = OWN,
		.run = run_rows,
		.check = check_rows,
		.upload = true,
		.vs = {{"vs_matrix", MATRIX}},
	},
	[PACKED] = {
		.task = "packed",
		.name = OWN,
		.run = run_packed,
		.check = check_packed,
		.upload = true,
		.vs = {{"vs_ssyrk", SSYRK}, {"vs_matrix", MATRIX}},
	},
	[NEIGHBORS_10] = {
		.task = "neighbors",
		.name = OWN,
		.run = run_neighbors,
		.check = check_neighbors,
		.k = 10,
		.upload = true,
		.vs = {{"vs_device", ON_DEVICE}, {"vs_faiss", FAISS_10}},
	},
	[NEIGHBORS_100] = {
		.task = "neighbors",
		.name = OWN,
		.run = run_neighbors,
		.check = check_neighbors,
		.k = 100,
		.upload = true,
		.vs = {{"vs_device", ON_DEVICE}, {"vs_faiss", FAISS_100}},
	},
	[SSYRK] = {
		.task = "matrix",
		.name = "ssyrk (half)",
		.run = run_ssyrk,
		.check = check_ssyrk,
	},
	[SGEMM] = {
		.task = "matrix",
		.name = "sgemm",
		.run = run_sgemm,
		.check = check_sgemm,
	},
	[FAISS_10] = {
		.task = "neighbors",
		.name = "FAISS",
		.run = run_faiss,
		.check = check_faiss,
		.k = 10,
	},
	[FAISS_100] = {
		.task = "neighbors",
		.name = "FAISS",
		.run = run_faiss,
		.check = check_faiss,
		.k = 100,
	},
	[LUAJIT] = {
		.task = "matrix",
		.name = "plain LuaJIT (half)",
		.run = run_luajit,
	},
};

/* ---- Rounds ---------------------------------------------------------------------- */

static double multiply_adds(const struct bench *bench, int method)
{
	double n = bench->data->n, d = bench->data->d;
	switch (method) {
	case UPLOAD:
	case AGAIN:
		return 0;
	case ROWS:
		return bench->range_rows * n * d;
	case SGEMM:
	case FAISS_10:
	case FAISS_100:
		return n * n * d;
	default:
		return n * n / 2 * d;
	}
}

/* The size of the results, which is the minimum to transfer to the host. */
static double result_bytes(const struct bench *bench, int method)
{
	double n = bench->data->n;
	switch (method) {
	case UPLOAD_MATRIX:
	case MATRIX:
	case AGAIN:
		return n * n * sizeof(float);
	case ROWS:
		return bench->range_rows * n * sizeof(float);
	case PACKED:
		return n * (n - 1) / 2 * sizeof(float);
	case NEIGHBORS_10:
	case NEIGHBORS_100:
		return n * methods[method].k * (sizeof(float) + sizeof(uint32_t));
	default:
		return 0;
	}
}

static void report_memory(struct bench *bench, int method, uint64_t before, uint64_t device_before)
{
	uint64_t peak = memory_peak();
	VkcDeviceInfo info = context_info(bench->ctx);
	if (method < SSYRK)
		report_set("device_mib", "%.1f", (double)info.memory_used / MIB);
	/* Device memory of a CPU device is memory of this process. Device memory that the call
	 * freed before it returned counts as host memory. */
	if (info.type == VKC_DEVICE_CPU && info.memory_used > device_before)
		before += info.memory_used - device_before;
	if (peak && method != LUAJIT)
		report_set("host_mib", "%.1f", peak > before ? (double)(peak - before) / MIB : 0.0);
}

/* Starts with a new upload but existing pipelines. The pipeline that selects neighbours depends
 * on k. */
static void prepare(struct bench *bench, const struct method *method)
{
	if (!method->upload)
		return;
	if (method->k && method->k < bench->data->n)
		check_ok(bench->ctx, vkc_compute_nearest_neighbors(bench->ctx, 0, 1, method->k,
		                                                   bench->neighbors,
		                                                   bench->similarities));
	run_upload(bench, 0);
}

/* The first round also measures memory and checks results; later rounds only measure time. */
static void first_round(struct bench *bench, struct times times[METHODS])
{
	for (int i = 0; i < METHODS; i++) {
		const struct method *method = &methods[i];
		prepare(bench, method);
		uint64_t before = memory_watch();
		uint64_t device_before = context_info(bench->ctx).memory_used;
		double seconds = method->run(bench, method->k);
		report_row();
		report_set("task", "%s", method->task);
		report_set("method", "%s", method->name);
		if (isnan(seconds))
			continue;
		times_add(&times[i], seconds);
		report_memory(bench, i, before, device_before);
		if (method->k)
			report_set("k", "%u", method->k);
		if (result_bytes(bench, i) > 0)
			report_set("moved_mib", "%.2f", result_bytes(bench, i) / MIB);
		if (method->check)
			method->check(bench, method->k);
	}
}

static void next_round(struct bench *bench, struct times times[METHODS])
{
	for (int i = 0; i < METHODS; i++) {
		const struct method *method = &methods[i];
		if (!times[i].count)
			continue;
		prepare(bench, method);
		times_add(&times[i], method->run(bench, method->k));
	}
}

static void report_results(const struct bench *bench, const struct times times[METHODS])
{
	for (int i = 0; i < METHODS; i++) {
		const struct method *method = &methods[i];
		report_select((uint32_t)i);
		if (!times[i].count)
			continue;
		report_times(&times[i]);
		if (multiply_adds(bench, i) > 0)
			report_set("gmadds_per_s", "%.4g",
			           multiply_adds(bench, i) / times_median(&times[i]) * 1e-9);
		for (size_t v = 0; v < COUNT(method->vs) && method->vs[v].column; v++)
			if (times[method->vs[v].against].count)
				report_set(method->vs[v].column, "%.3g",
				           times_ratio(&times[i], &times[method->vs[v].against]));
	}
}

/* Runs every method on a few rows to create pipelines and threads. RANGE_ROWS must be less than
 * an eighth of these rows: from an eighth on, the library computes the whole matrix instead of
 * only the requested rows. Plain LuaJIT is a new process each time and needs no warm-up. */
static void warm_up(struct bench *bench)
{
	struct data few = *bench->data;
	const struct data *all = bench->data;
	few.n = few.n < 16 * RANGE_ROWS ? few.n : 16 * RANGE_ROWS;
	bench->data = &few;
	for (int i = 0; i < LUAJIT; i++) {
		if (methods[i].upload)
			run_upload(bench, 0);
		methods[i].run(bench, methods[i].k);
	}
	bench->data = all;
	/* Some pipelines depend on the number of items. */
	run_upload(bench, 0);
	run_on_device(bench, 0);
}

int main(int argc, char **argv)
{
	struct settings settings = {.data = "clustered", .n = 2000, .d = 384, .rounds = 5};
	settings_read(&settings, argc, argv, "data n d rounds threads csv tuning memory-limit",
	              "Compares the similarity matrix in all its forms, and nearest neighbours, with\n"
	              "OpenBLAS, FAISS and plain LuaJIT.");
	openblas_set_num_threads((int)settings.threads);
	faiss_threads((int)settings.threads);
	struct data data = data_open(&settings);
	if (data.n < 2)
		die("The data must have at least 2 rows.");
	uint64_t square = (uint64_t)data.n * data.n, lists = (uint64_t)data.n * (MAX_K + 1);
	struct bench bench = {
		.ctx = context_new(&settings),
		.data = &data,
		.range_rows = data.n < 2 * RANGE_ROWS ? data.n / 2 : RANGE_ROWS,
		.matrix = allocate(square, sizeof(float)),
		.output = allocate(square, sizeof(float)),
		.neighbors = allocate(lists, sizeof(uint32_t)),
		.similarities = allocate(lists, sizeof(float)),
		.faiss = faiss_open(data.units, data.n, data.d),
		.faiss_neighbors = allocate(lists, sizeof(int64_t)),
		.faiss_similarities = allocate(lists, sizeof(float)),
		.reference = reference_open(&data),
	};
	/* Maps the caller's buffers before memory is measured. */
	memset(bench.matrix, 1, square * sizeof(float));
	memset(bench.output, 1, square * sizeof(float));
	memset(bench.neighbors, 1, lists * sizeof(uint32_t));
	memset(bench.similarities, 1, lists * sizeof(float));
	report_begin("task method k runs seconds gmadds_per_s vs_ssyrk vs_sgemm vs_luajit vs_faiss "
	             "vs_matrix vs_device error exact agree host_mib device_mib moved_mib times",
	             &settings, bench.ctx, &data);
	warm_up(&bench);
	struct times times[METHODS] = {0};
	first_round(&bench, times);
	for (uint64_t r = 1; r < settings.rounds; r++)
		next_round(&bench, times);
	report_results(&bench, times);
	report_end();

	vkc_destroy(bench.ctx);
	faiss_close(bench.faiss);
	reference_close(&bench.reference);
	data_close(&data);
	free(bench.matrix);
	free(bench.output);
	free(bench.neighbors);
	free(bench.similarities);
	free(bench.faiss_neighbors);
	free(bench.faiss_similarities);
	return 0;
}
