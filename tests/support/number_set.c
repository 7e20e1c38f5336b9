/* SPDX-License-Identifier: MIT */
#include "number_set.h"

#include <gmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/exact_sum.h"
#include "data/mean.h"
#include "data/row_set.h"
#include "support.h"

static uint16_t to_half(double value)
{
	/* The values of the tests are multiples of 2^-24 below 65,536, so that this is exact or
	 * truncates. */
	uint16_t sign = signbit(value) ? 0x8000 : 0;
	value = fabs(value);
	if (value < 0x1p-14)
		return sign | (uint16_t)(value * 0x1p24);
	int exponent;
	double fraction = frexp(value, &exponent);
	return (uint16_t)(sign | (exponent + 14) << 10 | ((int)(fraction * 2048) & 1023));
}

void number_set_open(const struct number_set *set, unsigned char *memory, size_t offset,
                     bool center, struct numbers *numbers, struct exact *exact)
{
	struct error error = {0};
	const size_t size = type_size(set->type);
	struct source source = {memory + offset, set->num_rows, set->dim, set->dim * size, set->type};
	for (uint32_t r = 0; r < set->num_rows; r++)
		for (uint32_t c = 0; c < set->dim; c++) {
			unsigned char *to = memory + offset + r * source.stride + c * size;
			const float number = (float)set->values[r][c];
			const uint16_t half = set->type == VKC_FLOAT16 ? to_half(set->values[r][c]) : 0;
			if (set->type == VKC_FLOAT64)
				memcpy(to, &set->values[r][c], size);
			else if (set->type == VKC_FLOAT32)
				memcpy(to, &number, size);
			else
				memcpy(to, &half, size);
		}
	double *mean = center ? calloc(set->dim, sizeof(*mean)) : NULL;
	if (center)
		source_mean(&source, mean);
	assert_true(numbers_keep(numbers, &source, true));
	numbers->mean = mean;
	numbers->exponent = source_exponent(&source);
	assert_int_equal(exact_open(exact, numbers, 1, &error), VKC_SUCCESS);
}

/* dot = row · sum and squares = |row|^2, in rational numbers. */
static void reference_score(const double *row, mpq_t *sum, uint32_t dim, mpq_t dot, mpq_t squares)
{
	mpq_t value, product;
	mpq_inits(value, product, NULL);
	mpq_set_ui(dot, 0, 1);
	mpq_set_ui(squares, 0, 1);
	for (uint32_t c = 0; c < dim; c++) {
		mpq_set_d(value, row[c]);
		mpq_mul(product, value, sum[c]);
		mpq_add(dot, dot, product);
		mpq_mul(product, value, value);
		mpq_add(squares, squares, product);
	}
	mpq_clears(value, product, NULL);
}

/* The item with the lowest dot / sqrt(squares) by the signs and the squares of the scores. */
static uint32_t reference_lowest(const struct numbers *numbers, const uint32_t *chosen,
                                 uint32_t num_chosen, const uint32_t *items, uint32_t count)
{
	const uint32_t dim = numbers->source.dim;
	double row[MAX_DIM];
	mpq_t sum[MAX_DIM], value, dot, squares, score, best;
	uint32_t lowest = items[0];
	mpq_inits(value, dot, squares, score, best, NULL);
	for (uint32_t c = 0; c < dim; c++)
		mpq_init(sum[c]);
	for (uint32_t k = 0; k < num_chosen; k++) {
		numbers_row(numbers, chosen[k], row);
		for (uint32_t c = 0; c < dim; c++) {
			mpq_set_d(value, row[c]);
			mpq_add(sum[c], sum[c], value);
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		numbers_row(numbers, items[i], row);
		reference_score(row, sum, dim, dot, squares);
		/* The square of the score, with its sign. */
		mpq_set_ui(score, 0, 1);
		if (mpq_sgn(squares) != 0) {
			mpq_mul(score, dot, dot);
			mpq_div(score, score, squares);
			if (mpq_sgn(dot) < 0)
				mpq_neg(score, score);
		}
		int order = i == 0 ? -1 : mpq_cmp(score, best);
		if (order < 0 || (order == 0 && items[i] < lowest)) {
			mpq_set(best, score);
			lowest = items[i];
		}
	}
	for (uint32_t c = 0; c < dim; c++)
		mpq_clear(sum[c]);
	mpq_clears(value, dot, squares, score, best, NULL);
	return lowest;
}

/* Compares the decisions of some walks, each with some decisions while its sum grows, with the
 * reference. */
static void check_numbers(const struct number_set *set, const struct numbers *numbers,
                          const struct exact *exact, uint64_t *seed)
{
	const uint32_t n = numbers->source.num_rows;
	struct error error = {0};
	struct exact_sum sum;
	struct exact_counts counts = {0};
	assert_int_equal(exact_sum_open(&sum, exact, &error), VKC_SUCCESS);
	for (int walk = 0; walk < 4; walk++) {
		uint32_t order[MAX_ROWS];
		for (uint32_t i = 0; i < n; i++) {
			uint32_t j = random_below(seed, i + 1);
			order[i] = order[j];
			order[j] = i;
		}
		for (uint32_t k = 1; k < n; k += 1 + random_below(seed, 4)) {
			/* All that are left, or a few of them. */
			uint32_t count = random_below(seed, 2) ? n - k : 1 + random_below(seed, n - k);
			uint32_t lowest = UINT32_MAX;
			uint64_t chosen[(MAX_ROWS - 1) / 64 + 1] = {0};
			struct contender contenders[MAX_ROWS];
			for (uint32_t i = 0; i < k; i++)
				row_set_add(chosen, order[i]);
			for (uint32_t i = 0; i < count; i++)
				contenders[i].item = order[k + i];
			exact_sum_move(&sum, exact, chosen);
			assert_int_equal(exact_lowest(exact, &sum, contenders, count, &lowest, &counts, &error),
			                 VKC_SUCCESS);
			uint32_t expected = reference_lowest(numbers, order, k, order + k, count);
			if (lowest != expected)
				fail_msg("%s, type %d: after %u of %u rows of %u numbers, %u is the lowest, "
				         "but was %u.",
				         set->name, (int)set->type, k, n, set->dim, expected, lowest);
		}
	}
	exact_sum_close(&sum);
}

void number_set_check(const struct number_set *set, uint64_t *seed)
{
	static _Alignas(16) unsigned char memory[MAX_ROWS * MAX_DIM * sizeof(double) + 1];
	struct numbers numbers;
	struct exact exact;
	/* As they are, not aligned, and with centring. */
	for (int way = 0; way < 3; way++) {
		number_set_open(set, memory, way == 1, way == 2, &numbers, &exact);
		check_numbers(set, &numbers, &exact, seed);
		exact_close(&exact);
		numbers_free(&numbers);
	}
}
