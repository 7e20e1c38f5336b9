/* SPDX-License-Identifier: MIT
 *
 * Shared by the benchmarks: settings from the command line, time and medians, memory use of
 * the process, and calls of the library that end the program on failure. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vulkan_compute.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_ROUNDS 32
#define MIB 1048576.0

/* Prints a message and ends the program. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Returns zeroed memory; ends the program if there is none. */
void *allocate(uint64_t count, size_t size);

/* ---- Settings ------------------------------------------------------------------- */

struct settings {
	const char *data;   /* "clustered", "random", or the path of an .npy file */
	const char *csv;    /* CSV file to write, or NULL */
	const char *tuning; /* VkcOptions.tuning, or NULL */
	const char *task;   /* what to measure, in programs with several tasks */
	const char *folder; /* parent of the scratch directory */
	const char *output; /* file for the result, or NULL */
	uint64_t n;         /* items; for a file: its first rows, 0 = all */
	uint64_t d;         /* numbers per item; ignored for a file */
	uint64_t rounds;
	uint64_t threads;  /* of multi-threaded peers; 0 = one per processor */
	uint64_t walks;    /* sequences to compute; 0 = one from every item */
	uint64_t length;   /* items per sequence; 0 = all */
	uint64_t appended; /* items added after the first run; 0 = about 3 % */
	uint64_t limit;    /* device memory in bytes; 0 = the library's default */
	uint64_t seconds;  /* time limit for a walk of a peer */
	uint64_t checked;  /* sequences to compare with float64; 0 = as many as take about 20 s */
};

/* Reads the options --data, --n and so on into `settings`, which holds the defaults. `names`
 * lists the options of this program. --help prints `about` and the options with their
 * defaults, and ends the program. */
void settings_read(struct settings *settings, int argc, char **argv, const char *names,
                   const char *about);

/* ---- Time ----------------------------------------------------------------------- */

double seconds_now(void);

/* The durations of one measurement, one per round. */
struct times {
	double seconds[MAX_ROUNDS];
	uint32_t count;
};

void times_add(struct times *times, double seconds);
double times_median(const struct times *times);
/* The median of the ratios, each of two times in the same round. */
double times_ratio(const struct times *times, const struct times *against);

/* ---- Memory --------------------------------------------------------------------- */

/* Resets the peak memory of the process. Returns the bytes in use. */
uint64_t memory_watch(void);
/* Returns the peak memory in bytes since memory_watch(), or 0 if the system does not report it. */
uint64_t memory_peak(void);

/* ---- The library ---------------------------------------------------------------- */

VkComputeContext *context_new(const struct settings *settings);
VkcDeviceInfo context_info(const VkComputeContext *ctx);
/* Computes the matrix on the device, if it fits, without reading it. Returns the seconds. */
double compute_matrix(VkComputeContext *ctx);
/* Ends the program with the library's message unless `result` is VKC_SUCCESS. */
void check_ok(const VkComputeContext *ctx, VkcResult result);

#endif
