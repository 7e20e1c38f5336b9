/* SPDX-License-Identifier: MIT
 *
 * The program vulkan-compute, each time as a process of its own: beside a process that makes the
 * same calls of the library, its start, and --extend beside a full run. All files lie in one
 * folder, shaders that drivers keep in another one that is empty at first. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "scratch.h"

#define PROGRAM VKC_BENCH_PROGRAM
#define API VKC_BENCH_API
/* Bytes before the numbers in the .npy files of the program. */
#define NPY_HEADER 128
/* Items of a set that needs the driver and hardly more. */
#define FEW "64"

struct bench {
	const struct settings *settings;
	struct data data; /* its rows lie in files */
	char length[32];
};

/* What is measured of a program. */
struct runs {
	struct times times;
	uint64_t most, least; /* bytes in memory at most, of all runs */
};

/* A process that makes the calls of the library. */
struct api {
	struct times compute, write, both;
	uint64_t device; /* bytes */
};

#define RUN(...) run_program((const char *const[]){__VA_ARGS__, NULL})

static void runs_add(struct runs *runs, const struct outcome *outcome)
{
	if (!runs->times.count || outcome->peak < runs->least)
		runs->least = outcome->peak;
	if (outcome->peak > runs->most)
		runs->most = outcome->peak;
	times_add(&runs->times, outcome->seconds);
}

/* The result of diversity-all and its description. */
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

/* ---- Beside the library ----------------------------------------------------------- */

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
		die("%s wrote: %s", API, outcome.output);
	write = is_matrix(bench) ? write : 0;
	times_add(&api->compute, compute);
	times_add(&api->write, write);
	times_add(&api->both, compute + write);
}

/* The same calls for few items: what is in memory then is the driver's. */
static void run_few(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome = RUN(API, "--task", bench->settings->task, "--data", "all.npy", "--n",
	                             FEW);
	runs_add(runs, &outcome);
}

static void report_memory(const struct runs *command, const struct runs *few,
                          const struct api *api, const VkComputeContext *ctx)
{
	/* A CPU's device memory is memory of the process. */
	uint64_t device = context_info(ctx).type == VKC_DEVICE_CPU ? api->device : 0;
	report_set("peak_mib", "%.1f", (double)command->most / MIB);
	report_set("driver_mib", "%.1f", (double)few->least / MIB);
	report_set("device_mib", "%.1f", (double)api->device / MIB);
	report_set("beyond_mib", "%.1f",
	           ((double)command->most - (double)few->least - (double)device) / MIB);
}

static void measure_beside_api(const struct bench *bench)
{
	struct runs command = {0}, few = {0}, none = {0};
	struct api api = {0}, warming = {0};
	bool exact = true;
	/* The drivers' shaders are kept from here on. */
	run_command(bench, NULL);
	run_api(bench, &warming);
	run_few(bench, &none);
	if (is_matrix(bench))
		exact = same_bytes("result.npy", NPY_HEADER, "api.raw");
	for (uint64_t r = 0; r < bench->settings->rounds; r++) {
		/* Which is first takes turns, so that neither gains by it. */
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
	/* What the system reads from the disk is not the question, only the driver's shaders. */
	run_devices(&none);
	/* The first run makes them, and is what warms the others. */
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

/* Returns the share of elements that was kept, in percent, as the program says it. */
static double run_extend(const struct bench *bench, struct runs *runs)
{
	struct outcome outcome = RUN(PROGRAM, "diversity-all", "--embeddings", "all.npy", "--output",
	                             "extended.npy", "--extend", "old.npy", "--length",
	                             bench->length);
	if (runs)
		runs_add(runs, &outcome);
	const char *said = strstr(outcome.output, " % of the elements were kept");
	while (said && said > outcome.output && said[-1] != ' ')
		said--;
	return said ? strtod(said, NULL) : 0;
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

/* ---- All of it -------------------------------------------------------------------- */

static uint32_t items_before(const struct bench *bench)
{
	uint32_t n = bench->data.n;
	uint64_t appended = bench->settings->appended ? bench->settings->appended : (n + 33) / 34;
	if (appended >= n)
		die("--appended takes less than the %u items that there are.", n);
	return n - (uint32_t)appended;
}

/* Goes to a folder with the embeddings in files, the first of them alone too. What this process
 * has in memory then is little (run_program()). */
static void put_embeddings(struct bench *bench, uint32_t first)
{
	scratch_open(bench->settings->folder);
	scratch_cache("shaders");
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
	              "The program vulkan-compute, as processes of their own. --task takes:\n"
	              "similarity-matrix  beside calls of the library and writing the matrix\n"
	              "diversity-all      beside calls of the library\n"
	              "start              from the start of diversity-sequence to its end\n"
	              "extend             diversity-all --extend beside a full run");
	const char *task = settings.task ? settings.task : "";
	bool extend = !strcmp(task, "extend"), start = !strcmp(task, "start");
	if (!extend && !start && strcmp(task, "similarity-matrix") != 0 &&
	    strcmp(task, "diversity-all") != 0)
		die("--task takes similarity-matrix, diversity-all, start or extend.");
	struct bench bench = {.settings = &settings, .data = data_open(&settings)};
	uint64_t length = settings.length ? settings.length : bench.data.n;
	if (length > bench.data.n)
		die("--length takes 1 to %u.", bench.data.n);
	/* The whole matrix has no sequences. */
	if (!is_matrix(&bench))
		snprintf(bench.length, sizeof(bench.length), "%lu", length);
	if (settings.limit) {
		char limit[32];
		snprintf(limit, sizeof(limit), "%lu", settings.limit);
		setenv("VKC_MEMORY_LIMIT", limit, 1);
	}
	uint32_t old = extend ? items_before(&bench) : 0;
	put_embeddings(&bench, old);
	if (extend)
		measure_extend(&bench, old);
	else if (start)
		measure_start(&bench);
	else
		measure_beside_api(&bench);
	report_end();
	return 0;
}
