/* SPDX-License-Identifier: MIT
 *
 * What the benchmarks share: settings from the command line, clock, medians, the
 * process's memory, a context or the end of the program. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vulkan_compute.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST_ROUNDS 32
#define MIB 1048576.0

/* Ends the program with a sentence. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Zeroed memory, or the end of the program. */
void *allocate(uint64_t count, size_t size);

/* ---- Settings ------------------------------------------------------------------- */

struct settings {
	const char *data;   /* "clustered", "random", or the path of an .npy file */
	const char *csv;    /* file to write; NULL = none */
	const char *tuning; /* of the library; NULL = none */
	const char *task;   /* what to measure, where there is a choice */
	const char *folder; /* for large files */
	const char *output; /* file for the result; NULL = none */
	uint64_t n;         /* of a file: its first rows, 0 = all */
	uint64_t d;         /* of a file: ignored */
	uint64_t rounds;
	uint64_t threads;  /* of the peers that have threads; 0 = a thread for each processor */
	uint64_t walks;    /* 0 = one from every item */
	uint64_t length;   /* of a walk; 0 = all items */
	uint64_t appended; /* items that came later; 0 = about 3 % */
	uint64_t limit;    /* of device memory in bytes; 0 = the library's */
	uint64_t seconds;  /* a peer's walk is cut off after these */
	uint64_t checked;  /* walks compared with float64; 0 = what about 20 s allow */
};

/* Reads --data, --n and so on; `names` lists the ones that the program takes. --help prints
 * what the program is about, its options and what stands in `settings`, and ends it. */
void settings_read(struct settings *settings, int argc, char **argv, const char *names,
                   const char *about);

/* ---- Time ----------------------------------------------------------------------- */

double seconds_now(void);

/* The times of one thing, a time a round. */
struct times {
	double seconds[MOST_ROUNDS];
	uint32_t count;
};

void times_add(struct times *times, double seconds);
double times_median(const struct times *times);
/* The median of the quotients of the same round. */
double times_ratio(const struct times *times, const struct times *against);

/* ---- Memory --------------------------------------------------------------------- */

/* Begins to watch the process's memory; bytes in use. */
uint64_t memory_watch(void);
/* The most bytes in use since memory_watch(); 0 where the system does not say. */
uint64_t memory_peak(void);

/* ---- The library ---------------------------------------------------------------- */

VkComputeContext *context_new(const struct settings *settings);
VkcDeviceInfo context_info(const VkComputeContext *ctx);
/* Makes the library compute its matrix and read nothing of it, where its memory holds one.
 * Returns the seconds. */
double make_matrix(VkComputeContext *ctx);
/* Ends the program with the library's sentence unless `result` is success. */
void succeed(const VkComputeContext *ctx, VkcResult result);

#endif
