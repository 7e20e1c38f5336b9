/* SPDX-License-Identifier: MIT */
#include "sequence/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "interface/set_hash.h"

/* Between checkpoints: at least this many steps, and at most one MAX_CHECKPOINTS-th of a walk. */
#define MIN_CHECKPOINT 64
#define MAX_CHECKPOINTS 128
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

bool merge_open(struct merge *merge, const struct walks *walks, const uint32_t *output)
{
	const uint32_t capacity = walks->count;
	const uint32_t checkpoint = max_u32(MIN_CHECKPOINT, walks->length / MAX_CHECKPOINTS + 1);
	const uint64_t checkpoints = walks->length / checkpoint;
	uint64_t entries = 1;
	while (entries < 2 * (checkpoints * ((uint64_t)capacity + FINISHED_ROWS) + 1))
		entries *= 2;
	*merge = (struct merge){
		.engine = walks->engine,
		.num_items = walks->rows->num_rows,
		.weak_hash = walks->engine->device.tuning.merge == 2,
		.prefix_length = walks->prefix_length,
		.length = walks->length,
		.checkpoint = checkpoint,
		.output = output,
		.table_mask = entries - 1,
		.active = calloc(capacity, sizeof(*merge->active)),
		.merged_walks = calloc(capacity, sizeof(*merge->merged_walks)),
		.sorted = calloc(capacity, sizeof(*merge->sorted)),
		.failed = calloc(capacity, sizeof(*merge->failed)),
		.table = calloc(entries, sizeof(*merge->table)),
		.seen = calloc(walks->rows->num_rows, sizeof(*merge->seen)),
	};
	if (merge->active && merge->merged_walks && merge->sorted && merge->failed && merge->table &&
	    merge->seen)
		return true;
	merge_close(merge);
	return false;
}

void merge_close(struct merge *merge)
{
	free(merge->active);
	free(merge->merged_walks);
	free(merge->sorted);
	free(merge->failed);
	free(merge->table);
	free(merge->seen);
	*merge = (struct merge){0};
}

/* Returns the row in the table with this hash at this step, or inserts `row` and returns it. */
static uint32_t find_or_insert(struct merge *merge, uint32_t row, uint32_t step,
                               const struct set_hash *hash)
{
	uint64_t key = hash->words[0] & 15;
	if (!merge->weak_hash)
		key = ((uint64_t)hash->words[1] << 32 | hash->words[0]) ^ hash->words[2];
	uint64_t at = (key ^ step) * 0x9e3779b97f4a7c15u;
	for (at ^= at >> 32;; at++) {
		struct hash_entry *entry = &merge->table[at & merge->table_mask];
		if (!entry->row) {
			*entry = (struct hash_entry){.hash = key, .step = step, .row = row + 1};
			return row;
		}
		if (entry->hash == key && entry->step == step)
			return entry->row - 1;
	}
}

static bool is_mergeable(const struct merge *merge, uint32_t step)
{
	return step > 0 && step + 1 >= merge->prefix_length && step + 1 < merge->length;
}

/* Notes all checkpoints of a finished row. */
static void note_finished(struct merge *merge, uint32_t row)
{
	const uint32_t *order = merge->output + (uint64_t)row * merge->length;
	struct set_hash hash = {{0}};
	for (uint32_t step = 0; step + 1 < merge->length; step++) {
		hash_add(&hash, order[step]);
		if (step % merge->checkpoint == 0 && is_mergeable(merge, step))
			(void)find_or_insert(merge, row, step, &hash);
	}
}

void merge_start(struct merge *merge, const struct walks *walks, uint32_t first_row)
{
	merge->first_row = first_row;
	merge->num_active = walks->count;
	merge->changed = true;
	for (uint32_t w = 0; w < walks->count; w++)
		merge->active[w] = w;
	memset(merge->merged_walks, 0, walks->count * sizeof(*merge->merged_walks));
	memset(merge->table, 0, (merge->table_mask + 1) * sizeof(*merge->table));
	for (uint32_t r = first_row > FINISHED_ROWS ? first_row - FINISHED_ROWS : 0; r < first_row; r++)
		note_finished(merge, r);
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

void merge_note(struct merge *merge, uint32_t walk, uint32_t step, const struct set_hash *hash)
{
	if (!is_mergeable(merge, step))
		return;
	const uint32_t row = merge->first_row + walk;
	const uint32_t found = find_or_insert(merge, row, step, hash);
	if (found != row)
		merge->merged_walks[walk] = (struct merged_walk){.step = step, .row = found};
}

void merge_update_active(struct merge *merge)
{
	uint32_t num_active = 0;
	for (uint32_t i = 0; i < merge->num_active; i++)
		if (!merge->merged_walks[merge->active[i]].step)
			merge->active[num_active++] = merge->active[i];
	merge->changed |= num_active != merge->num_active;
	merge->num_active = num_active;
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
