/* SPDX-License-Identifier: MIT */
#include "exact_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The precision for the difference of two cosines, which may be as small as 1e-300. */
#define COSINE_BITS 8192

ExactJudge exact_judge_new(const double *values, uint32_t n, uint32_t d)
{
	ExactJudge judge = {
		.rows = exact_rows_new(values, n, d),
		.products = exact_integers_new((uint64_t)n * n),
		.dots = exact_integers_new(n),
		.used = calloc(n, 1),
	};

	if (!judge.used) {
		fprintf(stderr, "No memory for %u items.\n", n);
		exit(EXIT_FAILURE);
	}
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t j = 0; j <= i; j++) {
			mpz_t *product = &judge.products[(uint64_t)i * n + j];

			exact_dot(*product, judge.rows.numbers + (uint64_t)i * d,
			          judge.rows.numbers + (uint64_t)j * d, d);
			mpz_set(judge.products[(uint64_t)j * n + i], *product);
		}
	}
	return judge;
}

void exact_judge_free(ExactJudge *judge)
{
	uint32_t n = judge->rows.n;

	exact_integers_free(judge->products, (uint64_t)n * n);
	exact_integers_free(judge->dots, n);
	exact_rows_free(&judge->rows);
	free(judge->used);
	*judge = (ExactJudge){0};
}

/* ---- Steps ------------------------------------------------------------------- */

static void begin(ExactJudge *judge)
{
	memset(judge->used, 0, judge->rows.n);
	for (uint32_t j = 0; j < judge->rows.n; j++)
		mpz_set_ui(judge->dots[j], 0);
}

static void choose(ExactJudge *judge, uint32_t item)
{
	mpz_t *products = judge->products + (uint64_t)item * judge->rows.n;

	judge->used[item] = 1;
	for (uint32_t j = 0; j < judge->rows.n; j++)
		mpz_add(judge->dots[j], judge->dots[j], products[j]);
}

/* The unused item with the lowest score. At least one must be unused. */
static uint32_t lowest(const ExactJudge *judge)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t j = 0; j < judge->rows.n; j++) {
		if (judge->used[j])
			continue;
		if (best == UINT32_MAX ||
		    exact_compare(judge->dots[j], judge->rows.squares[j], judge->dots[best],
		                  judge->rows.squares[best]) < 0)
			best = j;
	}
	return best;
}

void exact_judge_sequence(ExactJudge *judge, const uint32_t *prefix, uint32_t prefix_length,
                          uint32_t length, uint32_t *sequence)
{
	begin(judge);
	for (uint32_t t = 0; t < length; t++) {
		sequence[t] = t < prefix_length ? prefix[t] : lowest(judge);
		choose(judge, sequence[t]);
	}
}

/* ---- Faults ------------------------------------------------------------------ */

/* The cosine of an item with the sum of those chosen, whose squared length is `square`. */
static void cosine_of(mpf_t cosine, const ExactJudge *judge, uint32_t item, const mpz_t square)
{
	mpf_t length;

	mpf_set_ui(cosine, 0);
	if (!mpz_sgn(square) || !mpz_sgn(judge->rows.squares[item]))
		return;
	mpf_init2(length, COSINE_BITS);
	mpf_set_z(length, square);
	mpf_sqrt(length, length);
	mpf_set_z(cosine, judge->dots[item]);
	mpf_div(cosine, cosine, length);
	mpf_set_z(length, judge->rows.squares[item]);
	mpf_sqrt(length, length);
	mpf_div(cosine, cosine, length);
	mpf_clear(length);
}

static void describe(const ExactJudge *judge, ExactFault *fault)
{
	mpz_t square;
	mpf_t expected, actual;

	mpz_init(square);
	mpf_init2(expected, COSINE_BITS);
	mpf_init2(actual, COSINE_BITS);
	/* C · C is the sum of e · C over all chosen e. */
	for (uint32_t j = 0; j < judge->rows.n; j++) {
		if (judge->used[j])
			mpz_add(square, square, judge->dots[j]);
	}
	cosine_of(expected, judge, fault->expected, square);
	cosine_of(actual, judge, fault->actual, square);
	fault->expected_cosine = mpf_get_d(expected);
	fault->actual_cosine = mpf_get_d(actual);
	mpf_sub(actual, actual, expected);
	fault->difference = mpf_get_d(actual);
	mpf_clear(expected);
	mpf_clear(actual);
	mpz_clear(square);
}

uint32_t exact_judge_count_wrong(ExactJudge *judge, const uint32_t *sequence,
                                 uint32_t prefix_length, uint32_t length, ExactFault *fault)
{
	uint32_t wrong = 0;

	*fault = (ExactFault){0};
	begin(judge);
	for (uint32_t t = 0; t < length; t++) {
		uint32_t item = sequence[t];
		uint32_t expected = lowest(judge);
		int exists = item < judge->rows.n;
		int right = exists && !judge->used[item] && (t < prefix_length || item == expected);

		if (!right && wrong++ == 0) {
			fault->position = t;
			fault->expected = expected;
			fault->actual = item;
			if (!exists)
				fault->reason = "there is no such item";
			else if (judge->used[item])
				fault->reason = "it is used already";
			else
				describe(judge, fault);
		}
		if (!exists || judge->used[item])
			return wrong + length - 1 - t;
		choose(judge, item);
	}
	return wrong;
}
