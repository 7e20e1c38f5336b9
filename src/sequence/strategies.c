/* SPDX-License-Identifier: MIT */
#include "sequence/strategies.h"

void strategies_open(struct strategies *strategies, struct gram *gram)
{
	*strategies = (struct strategies){.gram = gram};
	matrix_strategy_open(&strategies->matrix, gram, &strategies->step_kernel);
	row_cache_strategy_open(&strategies->row_cache, gram, &strategies->step_kernel);
	bounded_strategy_open(&strategies->bounded, gram->engine, gram->rows);
}

void strategies_reset(struct strategies *strategies)
{
	row_cache_reset(&strategies->row_cache.cache);
	coarse_rows_reset(&strategies->bounded.coarse);
	decisions_reset(&strategies->decisions);
	integers_free(&strategies->integers);
	strategies->pacing = (struct pacing){0};
}

void strategies_close(struct strategies *strategies)
{
	if (!strategies->gram)
		return;
	step_kernel_close(&strategies->step_kernel, strategies->gram->engine);
	row_cache_strategy_close(&strategies->row_cache);
	bounded_strategy_close(&strategies->bounded);
	decisions_reset(&strategies->decisions);
	integers_free(&strategies->integers);
}

void strategies_free_host(struct strategies *strategies)
{
	coarse_rows_free_host(&strategies->bounded.coarse);
	decisions_reset(&strategies->decisions);
	integers_free(&strategies->integers);
}

/* Whether computing max_rows rows takes about a second or more on a CPU driver. */
static bool takes_long(const struct rows *rows, uint64_t max_rows)
{
	const uint64_t products = (uint64_t)rows->padded * rows->dim;
	return max_rows > (1u << 30) / products;
}

/* Whether the bounded strategy is best for `requested` walks without the matrix. Many walks do
 * better with the row cache, whose rows they share. */
static bool is_bounded_best(const struct strategies *strategies, struct walks *walks,
                            uint32_t requested)
{
	const struct engine *engine = strategies->gram->engine;
	const struct strategy *row_cache = &strategies->row_cache.strategy;
	if (!walks->objective->compares_with_centroid)
		return false;
	if (engine->device.tuning.bounded >= 0)
		return engine->device.tuning.bounded;
	return walks_affordable(walks, row_cache->ops->walk_cost(row_cache), requested) <
	       engine->profile.min_cache_walks;
}

/* Begins the bounded strategy. If it does not fit into memory, *chosen stays NULL. */
static VkcResult try_bounded(struct strategies *strategies, struct strategy **chosen)
{
	struct bounded_strategy *bounded = &strategies->bounded;
	struct strategy *strategy = &bounded->strategy;
	if (!bounded_strategy_fits(bounded))
		return VKC_SUCCESS;
	VkcResult result = strategy->ops->begin(strategy);
	if (result == VKC_SUCCESS) {
		*chosen = strategy;
		return VKC_SUCCESS;
	}
	strategy->ops->release(strategy);
	/* Other programs use the device's memory: proceed as if it did not fit. */
	return result == VKC_ERROR_OUT_OF_DEVICE_MEMORY ? VKC_SUCCESS : result;
}

VkcResult strategies_choose(struct strategies *strategies, struct walks *walks, uint32_t requested,
                            uint64_t max_rows, struct strategy **chosen)
{
	VkcResult result;
	struct gram *gram = strategies->gram;
	*chosen = NULL;
	TRY(gram_plan(gram));
	gram_note_scattered_rows(gram, max_rows);
	if (gram_is_best_for_scattered_rows(gram)) {
		*chosen = &strategies->matrix.strategy;
	} else {
		/* If the matrix would fit but only a small part of it is needed, the bounded strategy must
		 * be worth its setup. */
		const bool worth_preparing = !gram->stored || gram->engine->device.tuning.bounded == 1 ||
		                             takes_long(gram->rows, max_rows);
		if (worth_preparing && is_bounded_best(strategies, walks, requested))
			TRY(try_bounded(strategies, chosen));
		if (*chosen)
			return VKC_SUCCESS;
		*chosen = &strategies->row_cache.strategy;
	}
	TRY((*chosen)->ops->begin(*chosen));
error:
	return result;
}
