/* SPDX-License-Identifier: MIT */
#include "sequence/decisions.h"

#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "data/row_classes.h"

/* Host memory for the sums of the walks in flight. */
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
	if (decisions->opened)
		exact_close(&decisions->exact);
	free(decisions->classes);
	*decisions = (struct decisions){0};
}

uint32_t decisions_max_walks(const struct rows *rows)
{
	const uint64_t walks = MAX_SUM_BYTES / ((uint64_t)rows->dim * sizeof(double));
	return (uint32_t)max_u64(walks, 1);
}

VkcResult decisions_begin(struct decisions *decisions, uint32_t num_walks, const struct rows *rows,
                          struct error *error)
{
	decisions->sums = calloc(num_walks, sizeof(*decisions->sums));
	decisions->items = malloc(rows->num_rows * sizeof(*decisions->items));
	decisions->num_sums = num_walks;
	if (!decisions->sums || !decisions->items)
		return out_of_host_memory(error, rows);
	return VKC_SUCCESS;
}

void decisions_end(struct decisions *decisions)
{
	if (decisions->sums)
		for (uint32_t w = 0; w < decisions->num_sums; w++)
			exact_sum_close(&decisions->sums[w]);
	free(decisions->sums);
	free(decisions->items);
	decisions->sums = NULL;
	decisions->items = NULL;
}

static uint32_t list_items(const uint32_t *mask, uint32_t num_rows, uint32_t *items)
{
	uint32_t count = 0;
	for (uint32_t first = 0; first < num_rows; first += 32)
		for (uint32_t bits = mask[first / 32]; bits; bits &= bits - 1)
			items[count++] = first + (uint32_t)__builtin_ctz(bits);
	return count;
}

static VkcResult decide(struct decisions *decisions, const struct walks *walks,
                        struct near_step *step)
{
	VkcResult result = VKC_SUCCESS;
	struct error *error = walks->engine->device.error;
	struct exact_sum *sum = &decisions->sums[step->walk];
	const uint32_t count = list_items(walks_mask(walks, step->walk), walks->rows->num_rows,
	                                  decisions->items);
	if (!sum->values)
		TRY(exact_sum_open(sum, &decisions->exact, error));
	TRY(exact_lowest(&decisions->exact, sum, walks_order(walks, step->walk), step->num_chosen,
	                 decisions->items, count, &step->item, &decisions->counts, error));
error:
	return result;
}

VkcResult decisions_decide(struct decisions *decisions, const struct walks *walks,
                           struct near_step *steps, uint32_t count)
{
	VkcResult result = VKC_SUCCESS;
	if (!decisions->opened) {
		TRY(exact_open(&decisions->exact, &walks->rows->numbers, walks->engine->device.error));
		decisions->opened = true;
	}
	for (uint32_t i = 0; i < count; i++)
		TRY(decide(decisions, walks, &steps[i]));
error:
	return result;
}
