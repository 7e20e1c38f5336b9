/* SPDX-License-Identifier: MIT
 *
 * Sets of rows on which rounding errors change diversity sequences: exact ties, near ties, sums
 * that cancel, and norms far apart. All are made from fixed seeds.
 */
#ifndef EXACT_SETS_H
#define EXACT_SETS_H

#include "vulkan_compute.h"

typedef enum ExactKind {
	EXACT_BINARY_5,   /* 0 and 1, 5 % ones */
	EXACT_BINARY_20,  /* 20 % ones */
	EXACT_BINARY_50,  /* 50 % ones */
	EXACT_TERNARY,    /* -1, 0 and 1 */
	EXACT_RATINGS,    /* 1 to 5 */
	EXACT_INT8,       /* -127 to 127 */
	EXACT_QUANTISED,  /* 0 and 1, times a factor that is no power of two */
	EXACT_UNIT,       /* 0 and 1, each row divided by its length in float32 */
	EXACT_TFIDF,      /* word counts times inverse document frequency, length 1 in float32 */
	EXACT_DUPLICATES, /* multiples of earlier rows, most of them exact */
	EXACT_NEAR_TIES,  /* earlier rows with one number changed by one unit in the last place */
	EXACT_CANCELLING, /* rows and their opposites, rows that add up to nearly zero */
	EXACT_ZEROS,      /* zero rows among others */
	EXACT_OUTLIERS,   /* a few rows of norm 1e6 to 1e30 */
	EXACT_EXPONENTS,  /* float64, each row times a power of two from a wide range */
	EXACT_SUBNORMAL,  /* subnormal numbers, in part with normal ones */
	EXACT_FLOAT16,    /* float16 */
	EXACT_CENTRED,    /* VKC_CENTER */
	EXACT_ORDINARY,   /* normally distributed, clustered */
	EXACT_KINDS
} ExactKind;

typedef struct ExactSet {
	ExactKind kind;
	VkcEmbeddings upload;
	double *values; /* n x d: the uploaded numbers; where centred, minus the mean */
} ExactSet;

const char *exact_kind_name(ExactKind kind);

/* The number of sets, and set number `index`. */
uint32_t exact_num_sets(void);
ExactSet exact_set_new(uint32_t index);
void exact_set_free(ExactSet *set);

#endif
