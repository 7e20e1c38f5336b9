/* SPDX-License-Identifier: MIT
 *
 * VkcOptions merged with the environment variables, and checked. */
#ifndef VKC_OPTIONS_H
#define VKC_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"

#define TUNING_WORD_SIZE 32

/* Overrides for tests and measurements, which never change results. docs/architecture.md lists the
 * keys. 0 or -1 selects the default for the device. */
struct tuning {
	int int64;    /* 0 = emulate 64-bit integers, 1 = require them, -1 = auto */
	int texel;    /* 0 = storage loads, 1 = texel loads, -1 = auto */
	int subgroup; /* 0 = reduce through shared memory only, -1 = auto */
	int direct;   /* 0 = stage all transfers, -1 = map device memory where possible */
	int matrix;   /* 0 = never store the whole Gram matrix, -1 = if it fits */
	int bounded;  /* 0 = never, 1 = whenever the matrix is not used, -1 = auto */
	int merge;    /* 0 = never merge walks, 2 = use weak hashes (for tests), -1 = auto */
	int threads;  /* threads that decide near steps, even few of them; 0 = auto */
	/* Multiplies the error bound of the scores (for tests; with 0 results are wrong); default 1. */
	int bound;
	int integers; /* 1 = decide near steps by integers on the device, 0 = never, -1 = on GPUs */
	/* The name of a Gram kernel, which gram_kernels_open() checks; "" = auto. */
	char gram[TUNING_WORD_SIZE];
	uint32_t walk_group;    /* invocations per walk: a power of two or a multiple of 16 */
	uint32_t walk_pieces;   /* maximum quads of scores per invocation */
	uint32_t bounded_terms; /* terms that a bounded walk adds to exact scores per step */
	uint32_t cached_rows;   /* maximum number of rows in the row cache */
	uint32_t submit_rows;   /* maximum number of rows that a submission computes for the cache */
	uint32_t submit_us;     /* target duration of a submission, in microseconds */
	uint32_t hang_ms;       /* timeout for the device, in milliseconds */
	uint64_t range;         /* simulated maxStorageBufferRange, in bytes */
};

struct options {
	bool validation;
	const char *device;    /* NULL = the best device; else from the options or the environment */
	uint64_t memory_limit; /* 0 = default */
	struct tuning tuning;
};

/* The value of an environment variable; NULL if it is unset or empty. */
const char *options_environment(const char *name);

/* given: NULL, or a struct of this version. */
VkcResult options_read(const VkcOptions *given, struct options *options, struct error *error);

#endif
