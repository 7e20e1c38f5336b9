/* SPDX-License-Identifier: MIT
 *
 * Walks that use the stored Gram matrix. */
#ifndef VKC_STRATEGY_MATRIX_H
#define VKC_STRATEGY_MATRIX_H

#include "matrix/gram.h"
#include "sequence/step_kernel.h"
#include "sequence/strategy.h"

struct matrix_strategy {
	struct strategy strategy;
	struct gram *gram;
	struct step_kernel *kernel;
};

void matrix_strategy_open(struct matrix_strategy *matrix, struct gram *gram,
                          struct step_kernel *kernel);

#endif
