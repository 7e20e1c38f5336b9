/* SPDX-License-Identifier: MIT
 *
 * Measures the program vulkan-compute, one process per run: compared with a process that makes
 * the same calls of the library, its start, and --extend compared with a full run. All files are
 * in a scratch directory. The shader caches of the drivers are in an initially empty one. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "scratch.h"

#define PROGRAM VKC_BENCH_PROGRAM
#define API VKC_BENCH_API
/* Size of the header in the .npy files of the program. */
#define NPY_HEADER 128
/* Number of items for a run whose memory is almost only the driver's. */
#define FEW "64"

struct bench {
	const struct settings *settings;
	struct data data; /* without rows, which are in files */
	char length[32];
};

/* The measurements of a program in all rounds. */
struct runs {
	struct times times;
	uint64_t max_peak, min_peak; /* of the peak memory in bytes */
};

/* The measurements of program_api in all rounds. */
struct api {
	struct times compute, write, both;
	uint64_t device; /* bytes */
};

#define RUN(...) run_program((const char *const[]){__VA_ARGS__, NULL})

static void runs_add(struct runs *runs, const struct outcome *outcome)
{
	if (!runs->times.count || outcome->peak < runs->min_peak)
		runs->min_peak = outcome->peak;
	if (outcome->peak > runs->max_peak)
		runs->max_peak = outcome->peak;
	times_add(&runs->times, outcome->seconds);
}

/* Removes a result and, for diversity-all, its description. */
static void remove_result(const char *path)
{
	char description[64];
	snprintf(description, sizeof(description), "%s.json", path);
	unlink(path);
	unlink(description);
}

static void begin_report(const struct bench *bench, VkComputeContext *ctx)
{
	scratch_leave();
	report_begin("task method length limit_mib appended runs seconds vs_api vs_full kept_percent "
	             "exact peak_mib driver_mib device_mib beyond_mib times",
	             bench->settings, ctx, &bench->data);
}

static void report_method(const struct bench *bench, const char *method, const struct times *times)
{
	report_row();
	report_set("task", "%s", bench->settings->task);
	report_set("method", "%s", method);
	report_set("length", "%s", bench->length);
	if (bench->settings->limit)
		report_set("limit_mib", "%.0f", (double)bench->settings->limit / MIB);
	report_times(times);
}

/* ---- Compared with the library ------------------------------------------------------ */

static bool is_matrix(const struct bench *bench)
{
	return !strcmp(bench->settings->task, "similarity-matrix");
}

static void run_command(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome =
		is_matrix(bench)
			? RUN(PROGRAM, "similarity-matrix", "--quiet", "--embeddings", "all.npy",
	              "--output", "result.npy")
			: RUN(PROGRAM, "diversity-all", "--quiet", "--embeddings", "all.npy", "--output",
	              "result.npy", "--length", bench->length);
	if (runs)
		runs_add(runs, &outcome);
}

static void run_api(const struct bench *bench, struct api *api)
{
	double compute, write;
	struct outcome outcome =
		is_matrix(bench) ? RUN(API, "--task", "similarity-matrix", "--data", "all.npy",
	                           "--output", "api.raw")
						 : RUN(API, "--task", "diversity-all", "--data", "all.npy", "--length",
	                           bench->length);
	if (sscanf(outcome.output, "%lf %lf %lu", &compute, &write, &api->device) != 3)
		die("Unexpected output of %s: %s", API, outcome.output);
	write = is_matrix(bench) ? write : 0;
	times_add(&api->compute, compute);
	times_add(&api->write, write);
	times_add(&api->both, compute + write);
}

/* Makes the same calls for few items, to measure the memory of the driver. */
static void run_few(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome = RUN(API, "--task", bench->settings->task, "--data", "all.npy", "--n",
	                             FEW);
	runs_add(runs, &outcome);
}

static void report_memory(const struct runs *command, const struct runs *few,
                          const struct api *api, const VkComputeContext *ctx)
{
	/* Device memory of a CPU device is memory of the process. */
	uint64_t device = context_info(ctx).type == VKC_DEVICE_CPU ? api->device : 0;
	report_set("peak_mib", "%.1f", (double)command->max_peak / MIB);
	report_set("driver_mib", "%.1f", (double)few->min_peak / MIB);
	report_set("device_mib", "%.1f", (double)api->device / MIB);
	report_set("beyond_mib", "%.1f",
	           ((double)command->max_peak - (double)few->min_peak - (double)device) / MIB);
}

static void measure_against_api(const struct bench *bench)
{
	struct runs command = {0}, few = {0}, none = {0};
	struct api api = {0}, warming = {0};
	bool exact = true;
	/* Fills the shader caches. */
	run_command(bench, NULL);
	run_api(bench, &warming);
	run_few(bench, &none);
	if (is_matrix(bench))
		exact = same_bytes("result.npy", NPY_HEADER, "api.raw");
	for (uint64_t r = 0; r < bench->settings->rounds; r++) {
		/* Alternates the order, so that neither benefits from it. */
		for (int turn = 0; turn < 2; turn++) {
			remove_result("result.npy");
			unlink("api.raw");
			if ((r + (uint64_t)turn) % 2 == 0)
				run_command(bench, &command);
			else
				run_api(bench, &api);
		}
		run_few(bench, &few);
	}
	VkComputeContext *ctx = context_new(bench->settings);
	begin_report(bench, ctx);
	report_method(bench, "command", &command.times);
	report_set("vs_api", "%.4g", times_ratio(&command.times, &api.both));
	if (is_matrix(bench))
		report_set("exact", "%s", exact ? "yes" : "no");
	report_memory(&command, &few, &api, ctx);
	report_method(bench, "API", &api.compute);
	if (is_matrix(bench))
		report_method(bench, "writing", &api.write);
	vkc_destroy(ctx);
}

/* ---- The start -------------------------------------------------------------------- */

static void run_devices(struct runs *runs)
{
	struct outcome outcome = RUN(PROGRAM, "devices");
	runs_add(runs, &outcome);
}

static void run_sequence(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome = RUN(PROGRAM, "diversity-sequence", "--embeddings", "all.npy",
	                             "--start", "0", "--length", bench->length);
	runs_add(runs, &outcome);
}

static void measure_start(const struct bench *bench)
{
	struct runs devices = {0}, cold = {0}, warm = {0}, none = {0};
	/* Loads files into the page cache, so that the cold run measures only missing shaders. */
	run_devices(&none);
	/* Fills the shader caches for the other runs. */
	run_sequence(bench, &cold);
	for (uint64_t r = 0; r < bench->settings->rounds; r++) {
		run_devices(&devices);
		run_sequence(bench, &warm);
	}
	VkComputeContext *ctx = context_new(bench->settings);
	begin_report(bench, ctx);
	report_method(bench, "first start, no shaders kept", &cold.times);
	report_method(bench, "start, shaders kept", &warm.times);
	report_method(bench, "devices", &devices.times);
	vkc_destroy(ctx);
}

/* ---- --extend --------------------------------------------------------------------- */

static void run_full(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome = RUN(PROGRAM, "diversity-all", "--quiet", "--embeddings", "all.npy",
	                             "--output", "full.npy", "--length", bench->length);
	if (runs)
		runs_add(runs, &outcome);
}

/* Returns the percentage of kept elements that the program reports. */
static double run_extend(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome = RUN(PROGRAM, "diversity-all", "--embeddings", "all.npy", "--output",
	                             "extended.npy", "--extend", "old.npy", "--length",
	                             bench->length);
	if (runs)
		runs_add(runs, &outcome);
	const char *percent = strstr(outcome.output, " % of the elements were kept");
	while (percent && percent > outcome.output && percent[-1] != ' ')
		percent--;
	return percent ? strtod(percent, NULL) : 0;
}

static void measure_extend(const struct bench *bench, uint32_t old)
{
	struct runs full = {0}, extend = {0};
	char old_length[32];
	uint32_t length = (uint32_t)strtoul(bench->length, NULL, 10);
	snprintf(old_length, sizeof(old_length), "%u", length < old ? length : old);
	(void)RUN(PROGRAM, "diversity-all", "--quiet", "--embeddings", "first.npy", "--output",
	          "old.npy", "--length", old_length);
	run_full(bench, NULL);
	double kept = run_extend(bench, NULL);
	bool exact = same_bytes("full.npy", 0, "extended.npy");
	for (uint64_t r = 0; r < bench->settings->rounds; r++) {
		for (int turn = 0; turn < 2; turn++) {
			remove_result("full.npy");
			remove_result("extended.npy");
			if ((r + (uint64_t)turn) % 2 == 0)
				run_full(bench, &full);
			else
				run_extend(bench, &extend);
		}
	}
	VkComputeContext *ctx = context_new(bench->settings);
	begin_report(bench, ctx);
	report_method(bench, "full run", &full.times);
	report_set("appended", "%u", bench->data.n - old);
	report_method(bench, "--extend", &extend.times);
	report_set("appended", "%u", bench->data.n - old);
	report_set("vs_full", "%.3g", times_ratio(&extend.times, &full.times));
	report_set("kept_percent", "%.1f", kept);
	report_set("exact", "%s", exact ? "yes" : "no");
	vkc_destroy(ctx);
}

/* ---- The program -------------------------------------------------------------------- */

static uint32_t items_before(const struct bench *bench)
{
	uint32_t n = bench->data.n;
	uint64_t appended = bench->settings->appended ? bench->settings->appended : (n + 33) / 34;
	if (appended >= n)
		die("--appended takes less than the number of items, %u.", n);
	return n - (uint32_t)appended;
}

/* Changes to a scratch directory and writes the embeddings there: all, and the `first` of them if
 * that is not 0. Frees the rows to keep this process small; see run_program(). */
static void write_embeddings(struct bench *bench, uint32_t first)
{
	scratch_open(bench->settings->folder);
	scratch_shader_cache("shaders");
	data_write(&bench->data, bench->data.n, "all.npy");
	if (first)
		data_write(&bench->data, first, "first.npy");
	struct data kept = {.name = bench->data.name, .n = bench->data.n, .d = bench->data.d};
	data_close(&bench->data);
	malloc_trim(0);
	bench->data = kept;
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.data = "clustered", .n = 2000, .d = 384, .rounds = 5, .folder = "."};
	settings_read(&settings, argc, argv,
	              "task data n d rounds length appended folder memory-limit csv",
	              "Measures the program vulkan-compute, one process per run. Values of --task:\n"
	              "similarity-matrix  compared with library calls and writing the matrix\n"
	              "diversity-all      compared with library calls\n"
	              "start              diversity-sequence from its start to its end\n"
	              "extend             diversity-all --extend compared with a full run");
	const char *task = settings.task ? settings.task : "";
	bool extend = !strcmp(task, "extend"), start = !strcmp(task, "start");
	if (!extend && !start && strcmp(task, "similarity-matrix") != 0 &&
	    strcmp(task, "diversity-all") != 0)
		die("--task takes similarity-matrix, diversity-all, start or extend.");
	struct bench bench = {.settings = &settings, .data = data_open(&settings)};
	uint64_t length = settings.length ? settings.length : bench.data.n;
	if (length > bench.data.n)
		die("--length takes 1 to %u.", bench.data.n);
	/* The length applies only to sequences. */
	if (!is_matrix(&bench))
		snprintf(bench.length, sizeof(bench.length), "%lu", length);
	if (settings.limit) {
		char limit[32];
		snprintf(limit, sizeof(limit), "%lu", settings.limit);
		setenv("VKC_MEMORY_LIMIT", limit, 1);
	}
	uint32_t old = extend ? items_before(&bench) : 0;
	write_embeddings(&bench, old);
	if (extend)
		measure_extend(&bench, old);
	else if (start)
		measure_start(&bench);
	else
		measure_against_api(&bench);
	report_end();
	return 0;
}
