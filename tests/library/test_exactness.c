/* SPDX-License-Identifier: MIT
 *
 * Diversity sequences are those of exact arithmetic: compared with integers of any length, on sets
 * made to be hard, under every strategy. Each variant computes a few starts of some sets;
 * `test_exactness table` computes all starts of all sets, and prints how many elements were wrong,
 * as a Markdown table. A second argument selects tests by a pattern such as "*merge*".
 */
#include "support.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact_judge.h"
#include "exact_sets.h"

enum {
	MAX_STARTS = 40, /* of a set, evenly spread, unless all are computed */
	FEW_STARTS = 12, /* enough to tell that a sequence is wrong */
	PREFIXES = 3,
	MAX_PREFIX = 5,
	SHOWN = 3 /* faults per test and kind that are printed */
};

/* VkcOptions.tuning, as in docs/architecture.md, and what is computed unless all is: how many
 * starts of a set, of every how many sets, of up to how many items. Sets of a kind are neighbours.
 * Small submissions, and rows that are not kept, take long. */
static const struct variant {
	const char *tuning;
	uint32_t max_starts, every, max_items;
} variants[] = {
	{"", MAX_STARTS, 1, UINT32_MAX},
	{"int64=0", 20, 2, UINT32_MAX},
	{"merge=0", MAX_STARTS, 2, UINT32_MAX},
	{"merge=2,subgroup=0", MAX_STARTS, 2, UINT32_MAX},
	{"walk_group=16,walk_pieces=1", 20, 2, UINT32_MAX},
	{"walk_group=48", 10, 3, UINT32_MAX},
	{"bound=10", 10, 2, UINT32_MAX},
	{"integers=0,threads=1", 10, 2, UINT32_MAX},
	{"integers=0,threads=4", 20, 2, UINT32_MAX},
	{"integers=0,matrix=0,bounded=0", 2, 3, 100},
	{"integers=0,matrix=0,bounded=1", 2, 3, 100},
	{"submit_us=1", 8, 3, 150},
	{"matrix=0,bounded=0", 6, 3, 150},
	{"matrix=0,bounded=0,int64=0,submit_us=1", 3, 3, 100},
	{"matrix=0,bounded=0,cached_rows=32,submit_rows=8", 3, 3, 80},
	{"matrix=0,bounded=1", 2, 3, UINT32_MAX},
	{"matrix=0,bounded=1,bound=10", 2, 4, 100},
	{"matrix=0,bounded=1,int64=0,bounded_terms=64,submit_us=1", 2, 4, 100},
};

/* One set with the right sequences. */
typedef struct Case {
	ExactSet set;
	ExactJudge judge;
	uint32_t num_starts;
	uint32_t *starts;
	uint32_t *whole; /* num_starts x n */
	uint32_t prefix_length;
	uint32_t *prefixes;  /* PREFIXES x prefix_length */
	uint32_t *continued; /* PREFIXES x n */
} Case;

typedef struct Tally {
	uint32_t sets, shown;
	uint64_t sequences, positions, wrong;
} Tally;

static bool all;
static Case *cases;
static Tally tallies[EXACT_KINDS];

/* ---- What is right ------------------------------------------------------------ */

/* Fills `items` with `count` different items. */
static void random_items(uint32_t *items, uint32_t count, uint32_t n, uint64_t *seed)
{
	for (uint32_t t = 0; t < count; t++) {
		int repeated;

		do {
			items[t] = random_below(seed, n);
			repeated = 0;
			for (uint32_t s = 0; s < t; s++)
				repeated |= items[s] == items[t];
		} while (repeated);
	}
}

static Case case_new(uint32_t index)
{
	ExactSet set = exact_set_new(index);
	uint32_t n = set.upload.num_embeddings;
	uint64_t seed = index + 1000;
	Case it = {
		.set = set,
		.judge = exact_judge_new(set.values, n, set.upload.embedding_dim),
		.num_starts = all || n < MAX_STARTS ? n : MAX_STARTS,
		.prefix_length = 2 + index % (MAX_PREFIX - 1),
	};

	it.starts = allocate(it.num_starts, sizeof(uint32_t));
	it.whole = allocate((size_t)it.num_starts * n, sizeof(uint32_t));
	it.prefixes = allocate((size_t)PREFIXES * it.prefix_length, sizeof(uint32_t));
	it.continued = allocate((size_t)PREFIXES * n, sizeof(uint32_t));
	for (uint32_t w = 0; w < it.num_starts; w++) {
		it.starts[w] = (uint32_t)((uint64_t)w * n / it.num_starts);
		exact_judge_sequence(&it.judge, &it.starts[w], 1, n, it.whole + (size_t)w * n);
	}
	for (uint32_t w = 0; w < PREFIXES; w++) {
		uint32_t *prefix = it.prefixes + (size_t)w * it.prefix_length;

		random_items(prefix, it.prefix_length, n, &seed);
		exact_judge_sequence(&it.judge, prefix, it.prefix_length, n,
		                     it.continued + (size_t)w * n);
	}
	tallies[set.kind].sets++;
	return it;
}

static void case_free(Case *it)
{
	exact_judge_free(&it->judge);
	exact_set_free(&it->set);
	free(it->starts);
	free(it->whole);
	free(it->prefixes);
	free(it->continued);
	*it = (Case){0};
}

/* ---- What the library computes ------------------------------------------------ */

static void report(const Case *it, const char *tuning, const uint32_t *sequence,
                   uint32_t prefix_length, uint32_t wrong, const ExactFault *fault)
{
	Tally *tally = &tallies[it->set.kind];

	if (tally->shown++ >= SHOWN)
		return;
	print_error("%s, %u x %u, tuning '%s', start %u (prefix of %u): %u wrong. Element %u is "
	            "%u, expected %u: ",
	            exact_kind_name(it->set.kind), it->set.upload.num_embeddings,
	            it->set.upload.embedding_dim, tuning, sequence[0], prefix_length, wrong,
	            fault->position, fault->actual, fault->expected);
	if (fault->reason)
		print_error("%s\n", fault->reason);
	else
		print_error("cosine %.17g, expected %.17g; %.3g too high\n", fault->actual_cosine,
		            fault->expected_cosine, fault->difference);
}

/* Compares a sequence with the right one. Returns the number of wrong elements. */
static uint32_t check_exact(Case *it, const char *tuning, const uint32_t *actual,
                            const uint32_t *expected, uint32_t prefix_length)
{
	uint32_t n = it->set.upload.num_embeddings;
	Tally *tally = &tallies[it->set.kind];
	ExactFault fault;
	uint32_t wrong = 0;

	check_bytes(actual, expected, prefix_length * sizeof(*actual), "the prefix");
	if (memcmp(actual, expected, n * sizeof(*actual)) != 0) {
		wrong = exact_judge_count_wrong(&it->judge, actual, prefix_length, n, &fault);
		/* The right sequence is unique. */
		assert_true(wrong > 0);
		report(it, tuning, actual, prefix_length, wrong, &fault);
	}
	tally->sequences++;
	tally->positions += n - prefix_length;
	tally->wrong += wrong;
	return wrong;
}

/* Whole sequences from up to max_starts starts in one call; each variant takes other ones. The
 * first of them is also computed alone, right after the upload. */
static uint64_t check_whole(VkComputeContext *ctx, Case *it, const struct variant *variant)
{
	uint32_t n = it->set.upload.num_embeddings;
	uint32_t count = all || it->num_starts < variant->max_starts ? it->num_starts
	                                                             : variant->max_starts;
	uint32_t stride = it->num_starts / count;
	uint32_t first = (uint32_t)(variant - variants) % stride;
	uint32_t *starts = allocate(count, sizeof(*starts));
	uint32_t *sequences = allocate((size_t)count * n, sizeof(*sequences));
	uint64_t wrong = 0;

	for (uint32_t w = 0; w < count; w++)
		starts[w] = it->starts[first + w * stride];
	succeed(ctx, vkc_compute_diversity_sequence(ctx, starts[0], sequences));
	wrong += check_exact(it, variant->tuning, sequences, it->whole + (size_t)first * n, 1);
	succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, count, 1, n, sequences));
	for (uint32_t w = 0; w < count; w++)
		wrong += check_exact(it, variant->tuning, sequences + (size_t)w * n,
		                     it->whole + (size_t)(first + w * stride) * n, 1);
	free(starts);
	free(sequences);
	return wrong;
}

/* Sequences that continue prefixes. Their second halves, computed with the first halves as
 * prefixes, stay the same. */
static uint64_t check_prefixes(VkComputeContext *ctx, Case *it, const struct variant *variant)
{
	uint32_t n = it->set.upload.num_embeddings;
	uint32_t half = n / 2;
	uint32_t *halves = allocate((size_t)PREFIXES * half, sizeof(*halves));
	uint32_t *sequences = allocate((size_t)PREFIXES * n, sizeof(*sequences));
	uint32_t *continued = allocate((size_t)PREFIXES * n, sizeof(*continued));
	uint64_t wrong = 0;

	succeed(ctx, vkc_compute_diversity_sequences(ctx, it->prefixes, PREFIXES, it->prefix_length,
	                                             n, sequences));
	for (uint32_t w = 0; w < PREFIXES; w++) {
		const uint32_t *sequence = sequences + (size_t)w * n;

		wrong += check_exact(it, variant->tuning, sequence, it->continued + (size_t)w * n,
		                     it->prefix_length);
		memcpy(halves + (size_t)w * half, sequence, half * sizeof(*halves));
	}
	succeed(ctx, vkc_compute_diversity_sequences(ctx, halves, PREFIXES, half, n, continued));
	check_bytes(continued, sequences, (size_t)PREFIXES * n * sizeof(*sequences),
	            "%s, %u x %u, tuning '%s', continued", exact_kind_name(it->set.kind), n,
	            it->set.upload.embedding_dim, variant->tuning);
	free(halves);
	free(sequences);
	free(continued);
	return wrong;
}

/* ---- Tests --------------------------------------------------------------------- */

static int judge_all(void **state)
{
	(void)state;
	cases = allocate(exact_num_sets(), sizeof(*cases));
	for (uint32_t i = 0; i < exact_num_sets(); i++)
		cases[i] = case_new(i);
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < exact_num_sets(); i++)
		case_free(&cases[i]);
	free(cases);
	return 0;
}

/* One test per variant, which *state holds. */
static void test_variant(void **state)
{
	const struct variant *variant = *state;
	VkComputeContext *ctx = context_new(variant->tuning, 0);
	uint64_t wrong = 0;

	for (int kind = 0; kind < EXACT_KINDS; kind++)
		tallies[kind].shown = 0;
	for (uint32_t i = 0; i < exact_num_sets(); i++) {
		if (!all && (cases[i].set.upload.num_embeddings > variant->max_items ||
		             (i + (uint32_t)(variant - variants)) % variant->every))
			continue;
		succeed(ctx, vkc_upload(ctx, &cases[i].set.upload));
		wrong += check_whole(ctx, &cases[i], variant);
		wrong += check_prefixes(ctx, &cases[i], variant);
	}
	vkc_destroy(ctx);
	if (wrong)
		fail_msg("tuning '%s': %llu elements are wrong", variant->tuning,
		         (unsigned long long)wrong);
}

/* Small sets whose sequences can be checked by hand. */
static void check_example(const double *values, uint32_t n, uint32_t start,
                          const uint32_t *expected)
{
	const VkcEmbeddings upload = {
		.struct_size = sizeof(upload),
		.type = VKC_FLOAT64,
		.data = values,
		.num_embeddings = n,
		.embedding_dim = 2,
	};
	VkComputeContext *ctx = context_new(NULL, 0);
	ExactJudge judge = exact_judge_new(values, n, 2);
	uint32_t sequence[8];

	exact_judge_sequence(&judge, &start, 1, n, sequence);
	check_bytes(sequence, expected, n * sizeof(*sequence), "the sequence of the judge");
	succeed(ctx, vkc_upload(ctx, &upload));
	succeed(ctx, vkc_compute_diversity_sequence(ctx, start, sequence));
	check_bytes(sequence, expected, n * sizeof(*sequence), "the sequence of the library");
	exact_judge_free(&judge);
	vkc_destroy(ctx);
}

/* After items 1, 4 and 0 the sum is (0, 0), and items 2 and 3 both score 0. */
static void test_zero_mean(void **state)
{
	const double values[][2] = {{-1, 0}, {-1, 2}, {1, 0}, {-1, 1}, {2, -2}};
	const uint32_t expected[] = {1, 4, 0, 2, 3};

	(void)state;
	check_example(values[0], COUNT(values), 1, expected);
}

/* The norm of row 3 must not decide between rows 0 and 2. */
static void test_outlier(void **state)
{
	const double values[][2] = {{6, -4}, {-3, 1}, {-3, 3}, {1e12, 0}};
	const uint32_t expected[] = {1, 0, 2, 3};

	(void)state;
	check_example(values[0], COUNT(values), 1, expected);
}

/* After items 2 and 3 the sum is (-1, 0): row 0 is orthogonal to it, row 1 is zero, and both
 * score 0. */
static void test_tie_with_zero_row(void **state)
{
	const double values[][2] = {{0, 1}, {0, 0}, {-1, 1}, {0, -1}};
	const uint32_t expected[] = {2, 3, 0, 1};

	(void)state;
	check_example(values[0], COUNT(values), 2, expected);
}

static uint64_t num_decisions(VkComputeContext *ctx)
{
	VkcDecisionCounts counts = {.struct_size = sizeof(counts)};

	succeed(ctx, vkc_get_decision_counts(ctx, &counts));
	assert_true(counts.ties <= counts.by_integers);
	return counts.by_filter + counts.by_integers;
}

/* Whether the sequences of a set full of ties are right. */
static bool is_right(const char *tuning, bool *decided)
{
	const Case *it = &cases[0];
	const uint32_t n = it->set.upload.num_embeddings;
	VkComputeContext *ctx = context_new(tuning, 0);
	uint32_t *sequences = allocate((size_t)FEW_STARTS * n, sizeof(*sequences));
	bool right;

	succeed(ctx, vkc_upload(ctx, &it->set.upload));
	assert_int_equal(num_decisions(ctx), 0);
	succeed(ctx, vkc_compute_diversity_sequences(ctx, it->starts, FEW_STARTS, 1, n, sequences));
	right = !memcmp(sequences, it->whole, (size_t)FEW_STARTS * n * sizeof(*sequences));
	*decided = num_decisions(ctx) > 0;
	free(sequences);
	vkc_destroy(ctx);
	return right;
}

/* Without the bound no step is near, and sequences are wrong: the sets can tell. With it the
 * device or the host decides; with integers=0, the host. */
static void test_without_bound(void **state)
{
	static const char *const tunings[] = {
		"",
		",walk_group=16,walk_pieces=1",
		",matrix=0,bounded=0",
		",matrix=0,bounded=1",
	};
	char tuning[64];
	bool decided;

	(void)state;
	for (size_t i = 0; i < COUNT(tunings); i++) {
		snprintf(tuning, sizeof(tuning), "bound=0%s", tunings[i]);
		assert_false(is_right(tuning, &decided));
		assert_false(decided);
		snprintf(tuning, sizeof(tuning), "bound=1%s", tunings[i]);
		assert_true(is_right(tuning, &decided));
		snprintf(tuning, sizeof(tuning), "integers=0%s", tunings[i]);
		assert_true(is_right(tuning, &decided));
		assert_true(decided);
	}
}

/* Long rows of integers near 127: the numbers by which the device compares scores have four words
 * of 32 bits. */
static void test_large_integers(void **state)
{
	enum {
		N = 60,
		DIM = 38000
	};
	static const char *const tunings[] = {"", "int64=0", "integers=0"};
	double *values = allocate((size_t)N * DIM, sizeof(*values));
	const VkcEmbeddings upload = {
		.struct_size = sizeof(upload),
		.type = VKC_FLOAT64,
		.data = values,
		.num_embeddings = N,
		.embedding_dim = DIM,
	};
	/* For fewer elements the integers would not be copied. */
	static const uint32_t starts[] = {3, 20, 41};
	uint32_t expected[COUNT(starts)][N], sequences[COUNT(starts)][N];
	uint64_t seed = 11;
	ExactJudge judge;

	(void)state;
	for (size_t at = 0; at < (size_t)N * DIM; at++)
		values[at] = 127 - random_below(&seed, 2);
	judge = exact_judge_new(values, N, DIM);
	for (size_t i = 0; i < COUNT(starts); i++)
		exact_judge_sequence(&judge, &starts[i], 1, N, expected[i]);
	for (size_t i = 0; i < COUNT(tunings); i++) {
		VkComputeContext *ctx = context_new(tunings[i], 0);

		succeed(ctx, vkc_upload(ctx, &upload));
		succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, COUNT(starts), 1, N,
		                                             sequences[0]));
		check_bytes(sequences, expected, sizeof(sequences), "tuning '%s'", tunings[i]);
		/* There are near steps, and integers=0 brings them to the host. */
		if (i == 2)
			assert_true(num_decisions(ctx) > 0);
		vkc_destroy(ctx);
	}
	exact_judge_free(&judge);
	free(values);
}

/* Long rows with so many ties that choices by integers, where the device makes them, meet a CPU
 * driver's loop limit: a dispatch has to end early. */
static void test_loop_limit(void **state)
{
	enum {
		N = 1000,
		DIM = 3000
	};
	static const char *const tunings[] = {"integers=0", ""};
	float *values = allocate((size_t)N * DIM, sizeof(*values));
	uint32_t *sequences = allocate((size_t)2 * N, sizeof(*sequences));
	uint64_t seed = 5;

	(void)state;
	for (size_t at = 0; at < (size_t)N * DIM; at++)
		values[at] = random_below(&seed, 200) == 0;
	for (size_t i = 0; i < COUNT(tunings); i++) {
		VkComputeContext *ctx = context_new(tunings[i], 0);

		succeed(ctx, vkc_upload_embeddings(ctx, values, N, DIM));
		succeed(ctx, vkc_compute_diversity_sequence(ctx, 0, sequences + i * N));
		if (i == 0)
			assert_true(num_decisions(ctx) > 0);
		vkc_destroy(ctx);
	}
	check_bytes(sequences + N, sequences, N * sizeof(*sequences), "without integers=0");
	free(values);
	free(sequences);
}

static void print_table(void)
{
	printf("| rows | sets | sequences | positions | wrong |\n"
	       "| --- | ---: | ---: | ---: | ---: |\n");
	for (int kind = 0; kind < EXACT_KINDS; kind++)
		printf("| %s | %u | %llu | %llu | %llu |\n", exact_kind_name((ExactKind)kind),
		       tallies[kind].sets, (unsigned long long)tallies[kind].sequences,
		       (unsigned long long)tallies[kind].positions,
		       (unsigned long long)tallies[kind].wrong);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[COUNT(variants) + 6] = {
		cmocka_unit_test(test_zero_mean),
		cmocka_unit_test(test_outlier),
		cmocka_unit_test(test_tie_with_zero_row),
		cmocka_unit_test(test_without_bound),
		cmocka_unit_test(test_large_integers),
		cmocka_unit_test(test_loop_limit),
	};
	int failed;

	for (uint32_t i = 0; i < COUNT(variants); i++)
		tests[6 + i] = (struct CMUnitTest){
			.name = *variants[i].tuning ? variants[i].tuning : "default",
			.test_func = test_variant,
			.initial_state = (void *)&variants[i],
		};
	all = argc > 1 && !strcmp(argv[1], "table");
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	failed = cmocka_run_group_tests(tests, judge_all, free_all);
	if (all)
		print_table();
	return failed;
}
