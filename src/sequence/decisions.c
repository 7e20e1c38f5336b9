/* SPDX-License-Identifier: MIT */
#include "sequence/decisions.h"

#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "data/row_classes.h"
#include "data/row_set.h"

/* Host memory for all sums. */
#define MAX_SUM_BYTES (32ull << 20)

static VkcResult out_of_host_memory(struct error *error, const struct rows *rows)
{
	return error_set(error, VKC_ERROR_OUT_OF_HOST_MEMORY,
	                 "The host has no memory left to decide between near-equal scores of %u rows: "
	                 "free some.",
	                 rows->num_rows);
}

VkcResult decisions_prepare(struct decisions *decisions, const struct rows *rows,
                            struct error *error)
{
	if (decisions->classes)
		return VKC_SUCCESS;
	uint32_t *classes = malloc(rows->num_rows * sizeof(*classes));
	if (!classes || !row_classes_find(&rows->numbers, classes)) {
		free(classes);
		return out_of_host_memory(error, rows);
	}
	decisions->classes = classes;
	return VKC_SUCCESS;
}

void decisions_reset(struct decisions *decisions)
{
	for (uint32_t i = 0; i < decisions->num_sums; i++)
		exact_sum_close(&decisions->sums[i]);
	if (decisions->opened)
		exact_close(&decisions->exact);
	free(decisions->classes);
	free(decisions->chosen);
	free(decisions->num_chosen);
	free(decisions->items);
	*decisions = (struct decisions){0};
}

VkcResult decisions_begin(struct decisions *decisions, uint32_t num_walks, const struct rows *rows,
                          struct error *error)
{
	const size_t words = row_set_words(rows->num_rows);
	if (num_walks > decisions->num_walks) {
		free(decisions->chosen);
		free(decisions->num_chosen);
		decisions->chosen = malloc(num_walks * words * sizeof(*decisions->chosen));
		decisions->num_chosen = malloc(num_walks * sizeof(*decisions->num_chosen));
		decisions->num_walks = decisions->chosen && decisions->num_chosen ? num_walks : 0;
		if (!decisions->num_walks)
			return out_of_host_memory(error, rows);
	}
	memset(decisions->chosen, 0, num_walks * words * sizeof(*decisions->chosen));
	memset(decisions->num_chosen, 0, num_walks * sizeof(*decisions->num_chosen));
	return VKC_SUCCESS;
}

static VkcResult open_decisions(struct decisions *decisions, const struct rows *rows,
                                struct error *error)
{
	VkcResult result;
	if (decisions->opened)
		return VKC_SUCCESS;
	if (!decisions->items)
		decisions->items = malloc(rows->num_rows * sizeof(*decisions->items));
	if (!decisions->items)
		return out_of_host_memory(error, rows);
	TRY(exact_open(&decisions->exact, &rows->numbers, error));
	decisions->opened = true;
	const uint64_t sums = MAX_SUM_BYTES / exact_sum_bytes(&decisions->exact);
	decisions->max_sums = (uint32_t)max_u64(1, min_u64(sums, DECISION_SUMS));
error:
	return result;
}

static uint32_t list_items(const uint32_t *mask, uint32_t num_rows, uint32_t *items)
{
	uint32_t count = 0;
	for (uint32_t first = 0; first < num_rows; first += 32)
		for (uint32_t bits = mask[first / 32]; bits; bits &= bits - 1)
			items[count++] = first + (uint32_t)__builtin_ctz(bits);
	return count;
}

/* The sum that is nearest to the chosen rows, or a new one, if that is nearer. */
static VkcResult choose_sum(struct decisions *decisions, const uint64_t *rows, uint32_t num_rows,
                            struct exact_sum **chosen, struct error *error)
{
	VkcResult result = VKC_SUCCESS;
	uint32_t least = decisions->num_sums < decisions->max_sums ? num_rows : UINT32_MAX;
	*chosen = NULL;
	for (uint32_t i = 0; i < decisions->num_sums; i++) {
		struct exact_sum *sum = &decisions->sums[i];
		const uint32_t distance = exact_sum_distance(sum, &decisions->exact, rows);
		if (distance >= least)
			continue;
		least = distance;
		*chosen = sum;
	}
	if (*chosen)
		return VKC_SUCCESS;
	*chosen = &decisions->sums[decisions->num_sums];
	TRY(exact_sum_open(*chosen, &decisions->exact, error));
	decisions->num_sums++;
error:
	return result;
}

static VkcResult decide(struct decisions *decisions, const struct walks *walks,
                        struct near_step *step)
{
	VkcResult result;
	struct error *error = walks->engine->device.error;
	const uint32_t num_rows = walks->rows->num_rows;
	const uint32_t *order = walks_order(walks, step->walk);
	const uint32_t count =
		list_items(walks_mask(walks, step->walk), num_rows, decisions->items);
	uint64_t *chosen = decisions->chosen + (size_t)step->walk * row_set_words(num_rows);
	uint32_t *num_chosen = &decisions->num_chosen[step->walk];
	struct exact_sum *sum;
	for (; *num_chosen < step->num_chosen; ++*num_chosen)
		row_set_add(chosen, order[*num_chosen]);
	TRY(choose_sum(decisions, chosen, step->num_chosen, &sum, error));
	TRY(exact_lowest(&decisions->exact, sum, chosen, decisions->items, count, &step->item,
	                 &decisions->counts, error));
error:
	return result;
}

static int by_num_chosen(const void *a, const void *b)
{
	const struct near_step *x = a;
	const struct near_step *y = b;
	return x->num_chosen < y->num_chosen ? -1 : x->num_chosen > y->num_chosen;
}

VkcResult decisions_decide(struct decisions *decisions, const struct walks *walks,
                           struct near_step *steps, uint32_t count)
{
	VkcResult result;
	TRY(open_decisions(decisions, walks->rows, walks->engine->device.error));
	/* Walks with about as many rows have nearly the same rows. */
	qsort(steps, count, sizeof(*steps), by_num_chosen);
	for (uint32_t i = 0; i < count; i++)
		TRY(decide(decisions, walks, &steps[i]));
error:
	return result;
}
