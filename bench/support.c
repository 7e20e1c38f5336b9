/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fflush(stdout);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

void *allocate(uint64_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);
	if (!memory)
		die("Not enough memory for %.0f MiB.", (double)count * (double)size / MIB);
	return memory;
}

/* ---- Settings ------------------------------------------------------------------- */

static uint64_t parse_number(const char *name, const char *text)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-')
		die("--%s takes a whole number, not '%s'.", name, text);
	return number;
}

static bool is_listed(const char *names, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = names; (at = strstr(at, name)); at += length)
		if ((at == names || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

struct setting {
	const char *name;
	const char **text;
	uint64_t *number;
	const char *help;
};

static void print_help(const char *program, const char *about, const char *names,
                       const struct setting *known, size_t count)
{
	const char *slash = strrchr(program, '/');
	printf("usage: %s [--OPTION VALUE]…\n\n%s\n\n", slash ? slash + 1 : program, about);
	for (size_t i = 0; i < count; i++) {
		if (!is_listed(names, known[i].name))
			continue;
		printf("  --%-13s %s", known[i].name, known[i].help);
		if (known[i].number)
			printf(" (%lu)", *known[i].number);
		else if (*known[i].text)
			printf(" (%s)", *known[i].text);
		printf("\n");
	}
}

void settings_read(struct settings *settings, int argc, char **argv, const char *names,
                   const char *about)
{
	const struct setting known[] = {
		{"task", &settings->task, NULL, "what to measure"},
		{"data", &settings->data, NULL, "clustered, random, or an .npy file"},
		{"n", NULL, &settings->n, "number of items; for a file: its first rows, 0 = all"},
		{"d", NULL, &settings->d, "numbers per item; ignored for a file"},
		{"rounds", NULL, &settings->rounds, "number of rounds"},
		{"threads", NULL, &settings->threads,
	     "threads of the peers; 0 = one per processor"},
		{"walks", NULL, &settings->walks,
	     "number of sequences, from the first items; 0 = one from every item"},
		{"length", NULL, &settings->length, "items per sequence; 0 = all"},
		{"seconds", NULL, &settings->seconds, "time limit for a walk of a peer"},
		{"check", NULL, &settings->checked,
	     "number of sequences to compare with float64; 0 = as many as take about 20 s"},
		{"appended", NULL, &settings->appended,
	     "number of items added after the first run; 0 = about 3 %"},
		{"folder", &settings->folder, NULL, "parent of the directory for large files"},
		{"output", &settings->output, NULL, "file for the result"},
		{"memory-limit", NULL, &settings->limit,
	     "device memory in bytes; 0 = the library's default"},
		{"tuning", &settings->tuning, NULL, "tuning of the library: key=value,…"},
		{"csv", &settings->csv, NULL, "CSV file to write"},
	};
	enum {
		HELP = COUNT(known)
	};
	struct option options[COUNT(known) + 2] = {0};
	for (size_t i = 0; i < COUNT(known); i++)
		options[i] = (struct option){known[i].name, required_argument, NULL, (int)i};
	options[HELP] = (struct option){"help", no_argument, NULL, HELP};
	int at;
	while ((at = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (at == HELP) {
			print_help(argv[0], about, names, known, COUNT(known));
			exit(0);
		}
		if (at == '?' || !is_listed(names, known[at].name))
			die("The options of %s, each with a value, are: %s. See --help.", argv[0], names);
		if (known[at].text)
			*known[at].text = optarg;
		else
			*known[at].number = parse_number(known[at].name, optarg);
	}
	if (optind < argc)
		die("%s does not take '%s'.", argv[0], argv[optind]);
	if (settings->rounds < 1 || settings->rounds > MAX_ROUNDS)
		die("--rounds takes 1 to %d.", MAX_ROUNDS);
	if (settings->n > 1u << 24 || settings->d > 1u << 20)
		die("--n takes at most %u, --d at most %u.", 1u << 24, 1u << 20);
	if (!settings->threads)
		settings->threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
}

/* ---- Time ----------------------------------------------------------------------- */

double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void times_add(struct times *times, double seconds)
{
	times->seconds[times->count++] = seconds;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(const double *values, uint32_t count)
{
	double sorted[MAX_ROUNDS];
	if (!count)
		return NAN;
	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

double times_median(const struct times *times)
{
	return median(times->seconds, times->count);
}

double times_ratio(const struct times *times, const struct times *against)
{
	double ratios[MAX_ROUNDS];
	uint32_t count = times->count < against->count ? times->count : against->count;
	for (uint32_t i = 0; i < count; i++)
		ratios[i] = times->seconds[i] / against->seconds[i];
	return median(ratios, count);
}

/* ---- Memory --------------------------------------------------------------------- */

/* Returns the value in bytes of a line of /proc/self/status such as "VmHWM:  1234 kB". */
static uint64_t status_bytes(const char *name)
{
	char line[256];
	uint64_t bytes = 0;
	FILE *file = fopen("/proc/self/status", "r");
	if (!file)
		return 0;
	size_t length = strlen(name);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length))
			bytes = strtoull(line + length, NULL, 10) * 1024;
	fclose(file);
	return bytes;
}

static bool peak_is_reset;

uint64_t memory_watch(void)
{
	/* Freed memory that the process still holds would hide later allocations. */
	malloc_trim(0);
	/* "5" resets the peak to the current use; see proc(5). */
	FILE *file = fopen("/proc/self/clear_refs", "w");
	peak_is_reset = file && fputs("5", file) >= 0;
	if (file && fclose(file) != 0)
		peak_is_reset = false;
	return status_bytes("VmRSS:");
}

uint64_t memory_peak(void)
{
	return peak_is_reset ? status_bytes("VmHWM:") : 0;
}

/* ---- The library ---------------------------------------------------------------- */

VkComputeContext *context_new(const struct settings *settings)
{
	VkComputeContext *ctx;
	VkcOptions options = {
		.struct_size = sizeof(options),
		.memory_limit = settings->limit,
		.tuning = settings->tuning,
	};
	check_ok(NULL, vkc_init_with_options(&options, &ctx));
	return ctx;
}

VkcDeviceInfo context_info(const VkComputeContext *ctx)
{
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	check_ok(ctx, vkc_get_device_info(ctx, &info));
	return info;
}

double compute_matrix(VkComputeContext *ctx)
{
	double fraction = 0;
	double begin = seconds_now();
	while (fraction < 1)
		check_ok(ctx, vkc_prepare_matrix(ctx, 1e9, &fraction));
	return seconds_now() - begin;
}

void check_ok(const VkComputeContext *ctx, VkcResult result)
{
	if (result != VKC_SUCCESS)
		die("%s: %s", vkc_result_string(result), vkc_last_error(ctx));
}
