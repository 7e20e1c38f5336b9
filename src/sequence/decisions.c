/* SPDX-License-Identifier: MIT */
#include "sequence/decisions.h"

#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "base/threads.h"
#include "data/row_classes.h"
#include "data/row_set.h"

/* Host memory for all sums. */
#define MAX_SUM_BYTES (32ull << 20)

/* Walks of a share have sums in common, so a share of few walks adds up more rows. */
#define WALKS_PER_SHARE 32u

/* The fewest steps for which a thread is worth its start. */
#define STEPS_PER_THREAD 8u

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

static void close_shares(struct decisions *decisions)
{
	for (uint32_t i = 0; i < decisions->num_shares; i++) {
		exact_pool_close(&decisions->shares[i].sums);
		free(decisions->shares[i].contenders);
	}
	free(decisions->shares);
	decisions->shares = NULL;
	decisions->num_shares = 0;
}

void decisions_reset(struct decisions *decisions)
{
	close_shares(decisions);
	if (decisions->opened)
		exact_close(&decisions->exact);
	free(decisions->classes);
	free(decisions->chosen);
	free(decisions->num_chosen);
	*decisions = (struct decisions){0};
}

VkcResult decisions_begin(struct decisions *decisions, uint32_t num_walks, const struct rows *rows,
                          struct error *error)
{
	const size_t words = row_set_words(rows->num_rows);
	if (num_walks > decisions->num_walks) {
		close_shares(decisions);
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

static VkcResult open_shares(struct decisions *decisions, const struct walks *walks)
{
	struct error *error = walks->engine->device.error;
	const uint32_t forced = (uint32_t)walks->engine->device.tuning.threads;
	const uint32_t num_walks = decisions->num_walks;
	const uint32_t useful = forced ? num_walks : num_walks / WALKS_PER_SHARE;
	const uint32_t num_shares = max_u32(1, min_u32(threads_usable(forced), useful));
	const uint64_t affordable = MAX_SUM_BYTES / exact_sum_bytes(&decisions->exact) / num_shares;
	const uint32_t num_sums =
		(uint32_t)max_u64(1, min_u64(affordable, (num_walks - 1) / num_shares + 1));
	decisions->shares = calloc(num_shares, sizeof(*decisions->shares));
	if (!decisions->shares)
		return out_of_host_memory(error, walks->rows);
	decisions->num_shares = num_shares;
	for (uint32_t i = 0; i < num_shares; i++)
		if (!exact_pool_open(&decisions->shares[i].sums, num_sums)) {
			close_shares(decisions);
			return out_of_host_memory(error, walks->rows);
		}
	return VKC_SUCCESS;
}

static VkcResult open_decisions(struct decisions *decisions, const struct walks *walks)
{
	VkcResult result = VKC_SUCCESS;
	const struct device *device = &walks->engine->device;
	if (!decisions->opened)
		TRY(exact_open(&decisions->exact, &walks->rows->numbers,
		               threads_usable((uint32_t)device->tuning.threads), device->error));
	decisions->opened = true;
	if (!decisions->num_shares)
		TRY(open_shares(decisions, walks));
error:
	return result;
}

static bool grow_contenders(struct share *share)
{
	const uint64_t room = share->room ? 2 * (uint64_t)share->room : 256;
	struct contender *grown = realloc(share->contenders, room * sizeof(*grown));
	if (!grown)
		return false;
	share->contenders = grown;
	share->room = (uint32_t)min_u64(room, UINT32_MAX);
	return true;
}

/* Lists the items of a mask as the share's contenders. */
static VkcResult list_contenders(struct share *share, const uint32_t *mask,
                                 const struct rows *rows, uint32_t *count)
{
	*count = 0;
	for (uint32_t first = 0; first < rows->num_rows; first += 32)
		for (uint32_t bits = mask[first / 32]; bits; bits &= bits - 1) {
			if (*count == share->room && !grow_contenders(share))
				return out_of_host_memory(&share->error, rows);
			share->contenders[(*count)++].item = first + (uint32_t)__builtin_ctz(bits);
		}
	return VKC_SUCCESS;
}

/* Brings the set of rows that a walk has chosen up to date. */
static uint64_t *chosen_rows(struct decisions *decisions, const struct walks *walks,
                             const struct near_step *step)
{
	const uint32_t *order = walks_order(walks, step->walk);
	uint64_t *chosen =
		decisions->chosen + (size_t)step->walk * row_set_words(walks->rows->num_rows);
	for (uint32_t i = decisions->num_chosen[step->walk]; i < step->num_chosen; i++)
		row_set_add(chosen, order[i]);
	decisions->num_chosen[step->walk] = step->num_chosen;
	return chosen;
}

static VkcResult decide(struct decisions *decisions, struct share *share,
                        const struct walks *walks, struct near_step *step)
{
	VkcResult result;
	const uint64_t *chosen = chosen_rows(decisions, walks, step);
	const uint32_t index = step->walk / decisions->num_shares % share->sums.max_sums;
	struct exact_sum *sum;
	uint32_t count;
	TRY(list_contenders(share, walks_mask(walks, step->walk), walks->rows, &count));
	TRY(exact_pool_move(&share->sums, &decisions->exact, index, chosen, step->num_chosen, &sum,
	                    &share->error));
	TRY(exact_lowest(&decisions->exact, sum, share->contenders, count, &step->item,
	                 &share->counts, &share->error));
error:
	return result;
}

/* One call of decisions_decide(). */
struct round {
	struct decisions *decisions;
	const struct walks *walks;
	struct near_step *steps;
	uint32_t num_steps;
	uint32_t num_threads;
};

static VkcResult decide_share(const struct round *round, uint32_t index)
{
	VkcResult result = VKC_SUCCESS;
	const uint32_t num_shares = round->decisions->num_shares;
	struct share *share = &round->decisions->shares[index];
	for (uint32_t i = 0; i < round->num_steps; i++)
		if (round->steps[i].walk % num_shares == index)
			TRY(decide(round->decisions, share, round->walks, &round->steps[i]));
error:
	return result;
}

static void decide_shares(void *context, uint32_t thread)
{
	const struct round *round = context;
	struct decisions *decisions = round->decisions;
	for (uint32_t i = thread; i < decisions->num_shares; i += round->num_threads)
		decisions->shares[i].result = decide_share(round, i);
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
	struct error *error = walks->engine->device.error;
	TRY(open_decisions(decisions, walks));
	/* Walks with about as many rows have nearly the same rows. */
	qsort(steps, count, sizeof(*steps), by_num_chosen);
	const uint32_t useful = walks->engine->device.tuning.threads
	                            ? decisions->num_shares
	                            : max_u32(1, count / STEPS_PER_THREAD);
	struct round round = {
		.decisions = decisions,
		.walks = walks,
		.steps = steps,
		.num_steps = count,
		.num_threads = min_u32(decisions->num_shares, useful),
	};
	threads_run(round.num_threads, decide_shares, &round);
	for (uint32_t i = 0; i < decisions->num_shares; i++) {
		struct share *share = &decisions->shares[i];
		decisions->counts.by_filter += share->counts.by_filter;
		decisions->counts.by_integer += share->counts.by_integer;
		decisions->counts.ties += share->counts.ties;
		share->counts = (struct exact_counts){0};
		if (share->result != VKC_SUCCESS && result == VKC_SUCCESS)
			result = error_set(error, share->result, "%s", share->error.text);
	}
error:
	return result;
}
