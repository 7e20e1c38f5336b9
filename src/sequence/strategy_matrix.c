/* SPDX-License-Identifier: MIT */
#include "sequence/strategy_matrix.h"

static struct matrix_strategy *of(struct strategy *strategy)
{
	return (struct matrix_strategy *)strategy;
}

static VkcResult begin(struct strategy *strategy)
{
	VkcResult result;
	struct matrix_strategy *matrix = of(strategy);
	struct gram *gram = matrix->gram;
	TRY(gram_advance_to(gram, gram->rows->padded));
error:
	return result;
}

static struct walk_cost walk_cost(const struct strategy *strategy)
{
	const struct gram *gram = ((const struct matrix_strategy *)strategy)->gram;
	return (struct walk_cost){
		.max_walks = UINT32_MAX,
		.group = step_kernel_group(gram->engine, gram->rows),
	};
}

static VkcResult prepare(struct strategy *strategy, const struct walks *walks, uint64_t max_rows)
{
	const struct matrix_strategy *matrix = of(strategy);
	(void)max_rows;
	return step_kernel_ensure(matrix->kernel, walks, matrix->gram->num_segments);
}

static uint64_t initial_work(const struct strategy *strategy, const struct walks *walks)
{
	(void)strategy;
	(void)walks;
	return 64;
}

static VkcResult record(struct strategy *strategy, const struct walk_range *range)
{
	const struct matrix_strategy *matrix = of(strategy);
	const struct gram *gram = matrix->gram;
	const struct row_segments rows = {
		.segments = gram->segments,
		.num_segments = gram->num_segments,
		.rows_per_segment = gram->rows_per_segment,
	};
	return step_kernel_record(matrix->kernel, &rows, range);
}

void matrix_strategy_open(struct matrix_strategy *matrix, struct gram *gram,
                          struct step_kernel *kernel)
{
	static const struct strategy_ops ops = {
		.merges = true,
		.allows_subsets = true,
		.begin = begin,
		.walk_cost = walk_cost,
		.prepare = prepare,
		.initial_work = initial_work,
		.record = record,
	};
	*matrix = (struct matrix_strategy){
		.strategy = {.ops = &ops},
		.gram = gram,
		.kernel = kernel,
	};
}
