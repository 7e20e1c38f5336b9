/* SPDX-License-Identifier: MIT
 *
 * What the tests share: embeddings made from a seed, a context that fails the test if something
 * goes wrong, and comparisons that report where they failed.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vulkan_compute.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The largest allowed difference of a similarity from the reference: that of a correctly rounded
 * float. */
#define SIMILARITY_TOLERANCE 6e-8

/* ---- Embeddings ------------------------------------------------------------ */

typedef enum DataKind {
	DATA_RANDOM,       /* normally distributed */
	DATA_CLUSTERED,    /* twelve centres with noise */
	DATA_ANISOTROPIC,  /* a common direction, most of the rest in a few columns */
	DATA_UNNORMALISED, /* lengths from 1e-3 to 1e3 */
	DATA_DUPLICATES,   /* half of the rows repeat earlier ones exactly */
	DATA_ZEROS,        /* every fourth row is zero */
	DATA_INTEGERS,     /* -2 ... 2: many exact ties */
	DATA_SIGNS,        /* -1 and 1, every third row the one before or its opposite */
	DATA_AXES,         /* an axis times a power of two: all cosines are -1, 0 or 1 */
	DATA_KINDS
} DataKind;

typedef struct Data {
	uint32_t n, d;
	float *floats;   /* what is uploaded */
	double *doubles; /* the same numbers, for the reference */
} Data;

const char *data_kind_name(DataKind kind);
Data data_make(DataKind kind, uint32_t n, uint32_t d, uint64_t seed);
void data_free(Data *data);

/* The next number of a sequence that depends only on the seed. */
uint64_t random_bits(uint64_t *seed);
/* Uniform in 0 ... bound - 1. */
uint32_t random_below(uint64_t *seed, uint32_t bound);
/* Uniform in -1 ... 1. */
double random_unit(uint64_t *seed);
/* Approximately normal, with variance 1. */
double random_normal(uint64_t *seed);

/* Allocates memory, or fails the test. */
void *allocate(size_t count, size_t size);

/* ---- Contexts ---------------------------------------------------------------- */

/* Creates a context with these overrides (NULL and 0: none), or fails the test. */
VkComputeContext *context_new(const char *tuning, uint64_t memory_limit);
void context_upload(VkComputeContext *ctx, const Data *data);

/* Group setup and teardown: one context, in *state, for all tests of a program. */
int context_setup(void **state);
int context_teardown(void **state);

/* Fails the test with the library's message unless `call` succeeds. */
#define succeed(ctx, call) check_success((ctx), (call), #call, __FILE__, __LINE__)
void check_success(const VkComputeContext *ctx, VkcResult result, const char *call,
                   const char *file, int line);

/* ---- Comparisons --------------------------------------------------------------- */

/* Fails unless both hold the same bytes; the format describes what is compared. */
void check_bytes(const void *actual, const void *expected, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Fails unless the sequence follows the rule of the reference. Returns the number of elements that
 * differ from its exact choice. */
uint32_t check_sequence(const Data *data, const uint32_t *sequence, uint32_t length,
                        uint32_t prefix_length, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Fails unless the matrix is within the tolerance of the reference, exactly
 * symmetric, and exactly 1 (0 for a zero row) on the diagonal. */
void check_matrix(const Data *data, const float *matrix, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Everything that the library computes from an upload, for comparison byte by byte. */
typedef struct Answers {
	uint32_t n, k, num_starts;
	float *matrix;
	uint32_t *sequences; /* num_starts x n */
	uint32_t *neighbors; /* n x k */
	float *similarities; /* n x k */
} Answers;

Answers answers_compute(VkComputeContext *ctx, uint32_t n);
void answers_check(const Answers *actual, const Answers *expected, const char *what);
void answers_free(Answers *answers);

#endif
