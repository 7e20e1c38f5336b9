/* SPDX-License-Identifier: MIT
 *
 * VkcOptions and the environment variables behind them, checked and merged. */
#ifndef VKC_OPTIONS_H
#define VKC_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"

#define TUNING_WORD_SIZE 32

/* Overrides for tests and measurements. Results do not depend on them.
 * docs/architecture.md lists the keys; 0 or -1 stands for "as the device suggests". */
struct tuning {
	int int64;    /* 0 = emulate 64-bit integers, 1 = require them, -1 = auto */
	int texel;    /* 0 = storage loads, 1 = texel loads, -1 = auto */
	int subgroup; /* 0 = reduce through shared memory only, -1 = auto */
	int direct;   /* 0 = stage all transfers, -1 = map device memory where possible */
	int matrix;   /* 0 = never keep the whole Gram matrix, -1 = when it fits */
	int bounded;  /* 0 = never, 1 = always when there is no matrix, -1 = auto */
	int merge;    /* 0 = never merge walks, -1 = auto */
	/* The name of a Gram kernel, checked where they are known; "" = auto. */
	char gram[TUNING_WORD_SIZE];
	uint32_t walk_group;    /* invocations per walk, a power of two */
	uint32_t walk_pieces;   /* quadruples of scores an invocation holds */
	uint32_t bounded_terms; /* terms of exact scores that a bounded walk adds in a step */
	uint32_t cached_rows;   /* rows that are kept of those computed one by one, at most */
	uint32_t submit_rows;   /* and how many of them a submission computes, at most */
	uint32_t submit_us;     /* aimed-for time of a submission in microseconds */
	uint32_t hang_ms;       /* how long to wait for the device, in milliseconds */
	uint64_t range;         /* pretended limit of a storage buffer's range, in bytes */
};

struct options {
	bool validation;
	const char *device;    /* NULL = the best one; else from the caller or the environment */
	uint64_t memory_limit; /* 0 = default */
	struct tuning tuning;
};

/* An environment variable; NULL where it is unset or empty. */
const char *options_environment(const char *name);

/* given: of this version, or NULL. */
VkcResult options_read(const VkcOptions *given, struct options *options, struct error *error);

#endif
