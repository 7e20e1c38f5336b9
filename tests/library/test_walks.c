/* SPDX-License-Identifier: MIT
 *
 * The sources of a walk's scores: the kept matrix, rows in the row cache, or bounds without rows.
 * All give the same sequences, byte for byte.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

enum {
	WALKS = 5,
	PREFIX = 30,
	MANY = 70, /* more than any kernel takes at a time */
	MANY_LENGTH = 12,
	FEW = 2, /* too few to compute the matrix */
	FEW_LENGTH = 6
};

static const struct {
	DataKind kind;
	uint32_t n, d;
} sets[] = {
	{DATA_CLUSTERED, 300, 24},
	{DATA_ANISOTROPIC, 260, 64},
	{DATA_UNNORMALISED, 270, 10},
	{DATA_DUPLICATES, 280, 33},
	{DATA_AXES, 110, 6},
	{DATA_ZEROS, 95, 3},
	{DATA_SIGNS, 100, 768},
	{DATA_DUPLICATES, 60, 50000}, /* loops with more iterations than some drivers allow */
	{DATA_RANDOM, 47, 4},
	{DATA_RANDOM, 1, 1},
};

/* Whole walks from a few starts, partial walks that continue a prefix, and many short walks. */
typedef struct Walks {
	uint32_t n, prefix_length, length;
	uint32_t *whole;     /* WALKS x n */
	uint32_t *single;    /* n: the second walk, computed alone */
	uint32_t *continued; /* WALKS x length */
	uint32_t *many;      /* MANY x MANY_LENGTH, if there are enough items */
} Walks;

static Walks expected[COUNT(sets)];

static Walks walks_of_set(VkComputeContext *ctx, uint32_t set)
{
	uint32_t n = sets[set].n;
	Data data = data_make(sets[set].kind, n, sets[set].d, set);
	Walks walks = {
		.n = n,
		.prefix_length = n < PREFIX ? 1 : PREFIX,
		.length = n - n / 3,
	};
	uint32_t stride = n < PREFIX ? 1 : n / PREFIX;
	uint32_t *prefixes = allocate((size_t)WALKS * PREFIX, sizeof(*prefixes));
	uint32_t starts[MANY];
	uint32_t few[FEW * FEW_LENGTH];

	walks.whole = allocate((size_t)WALKS * n, sizeof(*walks.whole));
	walks.single = allocate(n, sizeof(*walks.single));
	walks.continued = allocate((size_t)WALKS * n, sizeof(*walks.continued));
	walks.many = allocate((size_t)MANY * MANY_LENGTH, sizeof(*walks.many));
	for (uint32_t w = 0; w < MANY; w++)
		starts[w] = w * 211 % n;
	for (uint32_t w = 0; w < WALKS; w++) {
		for (uint32_t t = 0; t < walks.prefix_length; t++)
			prefixes[w * walks.prefix_length + t] = (w + t * stride) % n;
	}
	context_upload(ctx, &data);
	if (n >= MANY)
		succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, FEW, 1, FEW_LENGTH, few));
	succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, WALKS, 1, n, walks.whole));
	for (uint32_t w = 0; n >= MANY && w < FEW; w++)
		check_bytes(few + (size_t)w * FEW_LENGTH, walks.whole + (size_t)w * n,
		            FEW_LENGTH * sizeof(uint32_t), "%s, %u x %u, few",
		            data_kind_name(sets[set].kind), n, sets[set].d);
	succeed(ctx, vkc_compute_diversity_sequences(ctx, prefixes, WALKS, walks.prefix_length,
	                                             walks.length, walks.continued));
	succeed(ctx, vkc_compute_diversity_sequence(ctx, starts[1], walks.single));
	if (n >= MANY)
		succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, MANY, 1, MANY_LENGTH,
		                                             walks.many));
	check_bytes(walks.single, walks.whole + n, n * sizeof(uint32_t), "%s, %u x %u, single",
	            data_kind_name(sets[set].kind), n, sets[set].d);
	free(prefixes);
	data_free(&data);
	return walks;
}

static void walks_free(Walks *walks)
{
	free(walks->whole);
	free(walks->single);
	free(walks->continued);
	free(walks->many);
	*walks = (Walks){0};
}

static int compute_expected(void **state)
{
	if (context_setup(state))
		return -1;
	for (uint32_t set = 0; set < COUNT(sets); set++)
		expected[set] = walks_of_set(*state, set);
	context_teardown(state);
	*state = NULL;
	return 0;
}

static int free_expected(void **state)
{
	(void)state;
	for (uint32_t set = 0; set < COUNT(sets); set++)
		walks_free(&expected[set]);
	return 0;
}

/* One test per source; *state holds the tuning. */
static void test_source(void **state)
{
	const char *tuning = *state;
	VkComputeContext *ctx = context_new(tuning, 0);

	for (uint32_t set = 0; set < COUNT(sets); set++) {
		const char *kind = data_kind_name(sets[set].kind);

		/* A tile of rows has to fit into the storage buffer range. */
		if (strstr(tuning, "range=") && sets[set].d > 10000)
			continue;

		Walks walks = walks_of_set(ctx, set);

		check_bytes(walks.whole, expected[set].whole,
		            (size_t)WALKS * walks.n * sizeof(uint32_t), "%s: %s, %u x %u", tuning,
		            kind, sets[set].n, sets[set].d);
		check_bytes(walks.continued, expected[set].continued,
		            (size_t)WALKS * walks.length * sizeof(uint32_t),
		            "%s: %s, %u x %u, continued", tuning, kind, sets[set].n, sets[set].d);
		if (walks.n >= MANY)
			check_bytes(walks.many, expected[set].many,
			            (size_t)MANY * MANY_LENGTH * sizeof(uint32_t), "%s: %s, %u x %u, many",
			            tuning, kind, sets[set].n, sets[set].d);
		walks_free(&walks);
	}
	vkc_destroy(ctx);
}

int main(void)
{
	static const char *const tunings[] = {
		"matrix=0,bounded=0",
		"matrix=0,bounded=0,int64=0,merge=2",
		"matrix=0,bounded=0,subgroup=0,merge=0",
		"matrix=0,bounded=0,gram=shared",
		"matrix=0,bounded=0,cached_rows=1,submit_rows=2",
		"matrix=0,bounded=0,cached_rows=90,submit_us=1",
		"matrix=0,bounded=0,texel=0,range=262144",
		"bounded=1",
		"matrix=0,bounded=1",
		"matrix=0,bounded=1,int64=0",
		"matrix=0,bounded=1,subgroup=0",
		"matrix=0,bounded=1,bounded_terms=100",
		"matrix=0,bounded=1,texel=0,range=262144",
	};
	struct CMUnitTest tests[COUNT(tunings)];

	for (uint32_t i = 0; i < COUNT(tunings); i++)
		tests[i] = (struct CMUnitTest){
			.name = tunings[i],
			.test_func = test_source,
			.initial_state = (void *)tunings[i],
		};
	return cmocka_run_group_tests(tests, compute_expected, free_expected);
}
