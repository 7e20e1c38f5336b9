/* SPDX-License-Identifier: MIT */
#include "sequence/merge.h"

#include <stdlib.h>
#include <string.h>

#include "interface/set_hash.h"

/* Maximum number of checks per batch. */
#define MAX_CHECKS 512
/* Number of finished rows, the most recent ones, that a batch is compared with. On the host, each
 * row costs as many additions as it has elements. */
#define FINISHED_ROWS 4096

static void hash_add(struct set_hash *hash, uint32_t item)
{
	uint32_t first = set_hash_first(item);
	hash->words[0] += first;
	hash->words[1] += set_hash_second(first);
	hash->words[2] += set_hash_third(first);
}

bool merge_open(struct merge *merge, const struct walks *walks,
                uint32_t total, const uint32_t *output)
{
	uint32_t capacity = walks->count;
	uint64_t entries = 1;
	while (entries < 2 * (uint64_t)total)
		entries *= 2;
	*merge = (struct merge){
		.engine = walks->engine,
		.num_items = walks->rows->num_rows,
		.weak_hash = walks->engine->device.tuning.merge == 2,
		.prefix_length = walks->prefix_length,
		.length = walks->length,
		.output = output,
		.table_mask = (uint32_t)(entries - 1),
		.hashes = calloc(total, sizeof(*merge->hashes)),
		.active = calloc(capacity, sizeof(*merge->active)),
		.merged_walks = calloc(capacity, sizeof(*merge->merged_walks)),
		.sorted = calloc(capacity, sizeof(*merge->sorted)),
		.failed = calloc(capacity, sizeof(*merge->failed)),
		.table = calloc(entries, sizeof(*merge->table)),
		.seen = calloc(walks->rows->num_rows, sizeof(*merge->seen)),
	};
	if (merge->hashes && merge->active && merge->merged_walks && merge->sorted && merge->failed &&
	    merge->table && merge->seen &&
	    buffer_create(&walks->engine->device, BUFFER_STAGING, false, 2 * (uint64_t)capacity * 16,
	                  "The snapshots of the walks", &merge->snapshots) == VKC_SUCCESS)
		return true;
	merge_close(merge);
	return false;
}

void merge_close(struct merge *merge)
{
	if (!merge->engine)
		return;
	free(merge->hashes);
	free(merge->active);
	free(merge->merged_walks);
	free(merge->sorted);
	free(merge->failed);
	free(merge->table);
	free(merge->seen);
	buffer_destroy(&merge->engine->device, &merge->snapshots);
	*merge = (struct merge){0};
}

void merge_start(struct merge *merge, const struct walks *walks, uint32_t first_row)
{
	merge->first_row = first_row;
	merge->num_active = walks->count;
	merge->changed = true;
	merge->last_checked_step = 0;
	for (uint32_t w = 0; w < walks->count; w++)
		merge->active[w] = w;
	memset(merge->merged_walks, 0, walks->count * sizeof(*merge->merged_walks));
	merge->first_compared = first_row > FINISHED_ROWS ? first_row - FINISHED_ROWS : 0;
	/* The hash of every row begins with the row's first element. */
	for (uint32_t r = merge->first_compared; r < first_row; r++) {
		merge->hashes[r] = (struct set_hash){{0}};
		hash_add(&merge->hashes[r], merge->output[(uint64_t)r * merge->length]);
	}
	merge->hashed_step = 0;
}

void merge_record_list(struct merge *merge, const struct walks *walks)
{
	if (!merge->changed)
		return;
	stream_update(&merge->engine->stream, &walks->state, (uint64_t)walks->layout.list * 16,
	              merge->active, merge->num_active * sizeof(*merge->active));
	stream_barrier(&merge->engine->stream);
	merge->changed = false;
}

void merge_record_snapshot(struct merge *merge, const struct walks *walks, unsigned parity)
{
	stream_barrier(&merge->engine->stream);
	stream_copy(&merge->engine->stream, &walks->state, (uint64_t)walks->layout.counters * 16,
	            &merge->snapshots, parity * merge->snapshots.size / 2, (uint64_t)walks->count * 16);
}

static bool same_hash(const struct merge *merge, const struct set_hash *a,
                      const struct set_hash *b)
{
	if (merge->weak_hash)
		return ((a->words[0] ^ b->words[0]) & 15) == 0;
	return !memcmp(a, b, sizeof(*a));
}

/* Returns the row in the table with the same hash, or inserts `row` and returns it. */
static uint32_t find_or_insert(struct merge *merge, uint32_t row)
{
	const struct set_hash *hash = &merge->hashes[row];
	uint32_t at = merge->weak_hash ? hash->words[0] & 15 : hash->words[0];
	for (;; at++) {
		uint32_t *entry = &merge->table[at & merge->table_mask];
		if (!*entry) {
			*entry = row + 1;
			return row;
		}
		uint32_t other = *entry - 1;
		if (same_hash(merge, hash, &merge->hashes[other]))
			return other;
	}
}

VkcResult merge_check(struct merge *merge, unsigned parity)
{
	VkcResult result = VKC_SUCCESS;
	const uint64_t half = merge->snapshots.size / 2;
	TRY(buffer_invalidate(&merge->engine->device, &merge->snapshots, parity * half, half));
	const uint32_t *snapshot =
		(const uint32_t *)merge->snapshots.mapped + parity * half / sizeof(uint32_t);
	/* All active walks have chosen elements 0 … step. */
	const uint32_t step = snapshot[(uint64_t)merge->active[0] * 4];
	if (step + 1 < merge->prefix_length || step + 1 >= merge->length || step == 0)
		return VKC_SUCCESS;
	if (step - merge->last_checked_step < merge->length / MAX_CHECKS)
		return VKC_SUCCESS;
	merge->last_checked_step = step;
	for (uint32_t r = merge->first_compared; r < merge->first_row; r++)
		for (uint32_t s = merge->hashed_step + 1; s <= step; s++)
			hash_add(&merge->hashes[r], merge->output[(uint64_t)r * merge->length + s]);
	merge->hashed_step = step;

	memset(merge->table, 0, ((uint64_t)merge->table_mask + 1) * sizeof(*merge->table));
	for (uint32_t r = merge->first_compared; r < merge->first_row; r++)
		(void)find_or_insert(merge, r);
	uint32_t num_active = 0;
	for (uint32_t i = 0; i < merge->num_active; i++) {
		uint32_t walk = merge->active[i];
		uint32_t row = merge->first_row + walk;
		memcpy(&merge->hashes[row], snapshot + (uint64_t)walk * 4 + 1, sizeof(*merge->hashes));
		uint32_t found = find_or_insert(merge, row);
		if (found == row)
			merge->active[num_active++] = walk;
		else
			merge->merged_walks[walk] = (struct merged_walk){.step = step, .row = found};
	}
	merge->changed |= num_active != merge->num_active;
	merge->num_active = num_active;
error:
	return result;
}

/* Whether elements 0 … step of two rows form the same set. */
static bool same_set(struct merge *merge, const uint32_t *a, const uint32_t *b, uint32_t step,
                     uint32_t mark)
{
	for (uint32_t s = 0; s <= step; s++)
		merge->seen[a[s]] = mark;
	for (uint32_t s = 0; s <= step; s++)
		if (merge->seen[b[s]] != mark)
			return false;
	return true;
}

static int by_step_descending(const void *a, const void *b)
{
	const struct merged_walk *const *x = a;
	const struct merged_walk *const *y = b;
	return (*x)->step < (*y)->step ? 1 : (*x)->step > (*y)->step ? -1
	                                                             : 0;
}

uint32_t merge_finish(struct merge *merge, const struct walks *walks, uint32_t *output)
{
	/* A walk may be merged into one that is itself merged later. Complete the latest first. */
	uint32_t num_failed = 0;
	uint32_t num_merged = 0;
	memset(merge->seen, 0, merge->num_items * sizeof(*merge->seen));
	for (uint32_t w = 0; w < walks->count; w++)
		if (merge->merged_walks[w].step)
			merge->sorted[num_merged++] = &merge->merged_walks[w];
	qsort(merge->sorted, num_merged, sizeof(*merge->sorted), by_step_descending);
	for (uint32_t i = 0; i < num_merged; i++) {
		struct merged_walk *merged = merge->sorted[i];
		uint32_t walk = (uint32_t)(merged - merge->merged_walks);
		bool source_failed = merged->row >= merge->first_row &&
		                     merge->merged_walks[merged->row - merge->first_row].failed;
		uint32_t *own = output + (uint64_t)(merge->first_row + walk) * merge->length;
		const uint32_t *other = output + (uint64_t)merged->row * merge->length;
		if (!source_failed && same_set(merge, own, other, merged->step, i + 1)) {
			memcpy(own + merged->step + 1, other + merged->step + 1,
			       (merge->length - merged->step - 1) * sizeof(*own));
		} else {
			merged->failed = true;
			merge->failed[num_failed++] = walk;
		}
	}
	return num_failed;
}
