/* SPDX-License-Identifier: MIT */
#include "sequence/merge.h"

#include <stdlib.h>
#include <string.h>

#include "interface/set_hash.h"

/* Times that a batch is looked at, at most. */
#define LOOKS 512
/* Finished rows that a batch is compared with, the latest: comparing costs the host for each
 * row as many additions as it has elements. */
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
		.weak = walks->engine->device.tuning.merge == 2,
		.given = walks->prefix_length,
		.length = walks->length,
		.output = output,
		.table_mask = (uint32_t)(entries - 1),
		.hashes = calloc(total, sizeof(*merge->hashes)),
		.active = calloc(capacity, sizeof(*merge->active)),
		.fates = calloc(capacity, sizeof(*merge->fates)),
		.stopped = calloc(capacity, sizeof(*merge->stopped)),
		.failed = calloc(capacity, sizeof(*merge->failed)),
		.table = calloc(entries, sizeof(*merge->table)),
		.stamps = calloc(walks->rows->num_rows, sizeof(*merge->stamps)),
	};
	if (merge->hashes && merge->active && merge->fates && merge->stopped && merge->failed &&
	    merge->table && merge->stamps &&
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
	free(merge->fates);
	free(merge->stopped);
	free(merge->failed);
	free(merge->table);
	free(merge->stamps);
	buffer_destroy(&merge->engine->device, &merge->snapshots);
	*merge = (struct merge){0};
}

void merge_start(struct merge *merge, const struct walks *walks, uint32_t first_row)
{
	merge->first_row = first_row;
	merge->num_active = walks->count;
	merge->changed = true;
	merge->last_look = 0;
	for (uint32_t w = 0; w < walks->count; w++)
		merge->active[w] = w;
	memset(merge->fates, 0, walks->count * sizeof(*merge->fates));
	merge->first_compared = first_row > FINISHED_ROWS ? first_row - FINISHED_ROWS : 0;
	/* Every row's hash begins with its first element. */
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
	stream_update(&merge->engine->stream, &walks->state, (uint64_t)walks->layout.list * 16, merge->active,
	              merge->num_active * sizeof(*merge->active));
	stream_barrier(&merge->engine->stream);
	merge->changed = false;
}

void merge_record_snapshot(struct merge *merge, const struct walks *walks, unsigned turn)
{
	stream_barrier(&merge->engine->stream);
	stream_copy(&merge->engine->stream, &walks->state, (uint64_t)walks->layout.counters * 16,
	            &merge->snapshots, turn * merge->snapshots.size / 2, (uint64_t)walks->count * 16);
}

static bool same_hash(const struct merge *merge, const struct set_hash *a,
                      const struct set_hash *b)
{
	if (merge->weak)
		return ((a->words[0] ^ b->words[0]) & 15) == 0;
	return !memcmp(a, b, sizeof(*a));
}

/* The row that has the hash of `row` already, or, where there is none, `row` itself. */
static uint32_t find_or_add(struct merge *merge, uint32_t row)
{
	const struct set_hash *hash = &merge->hashes[row];
	uint32_t at = merge->weak ? hash->words[0] & 15 : hash->words[0];
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

VkcResult merge_look(struct merge *merge, unsigned turn)
{
	VkcResult result = VKC_SUCCESS;
	const uint64_t half = merge->snapshots.size / 2;
	TRY(buffer_invalidate(&merge->engine->device, &merge->snapshots, turn * half, half));
	const uint32_t *snapshot =
		(const uint32_t *)merge->snapshots.mapped + turn * half / sizeof(uint32_t);
	/* Every active walk has chosen elements 0 … step. */
	const uint32_t step = snapshot[(uint64_t)merge->active[0] * 4];
	if (step + 1 < merge->given || step + 1 >= merge->length || step == 0)
		return VKC_SUCCESS;
	if (step - merge->last_look < merge->length / LOOKS)
		return VKC_SUCCESS;
	merge->last_look = step;
	for (uint32_t r = merge->first_compared; r < merge->first_row; r++)
		for (uint32_t s = merge->hashed_step + 1; s <= step; s++)
			hash_add(&merge->hashes[r], merge->output[(uint64_t)r * merge->length + s]);
	merge->hashed_step = step;

	memset(merge->table, 0, ((uint64_t)merge->table_mask + 1) * sizeof(*merge->table));
	for (uint32_t r = merge->first_compared; r < merge->first_row; r++)
		(void)find_or_add(merge, r);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < merge->num_active; i++) {
		uint32_t walk = merge->active[i];
		uint32_t row = merge->first_row + walk;
		memcpy(&merge->hashes[row], snapshot + (uint64_t)walk * 4 + 1, sizeof(*merge->hashes));
		uint32_t found = find_or_add(merge, row);
		if (found == row)
			merge->active[kept++] = walk;
		else
			merge->fates[walk] = (struct fate){.step = step, .row = found};
	}
	merge->changed |= kept != merge->num_active;
	merge->num_active = kept;
error:
	return result;
}

/* Whether elements 0 … step of two rows are the same set. */
static bool same_set(struct merge *merge, const uint32_t *a, const uint32_t *b, uint32_t step,
                     uint32_t stamp)
{
	for (uint32_t s = 0; s <= step; s++)
		merge->stamps[a[s]] = stamp;
	for (uint32_t s = 0; s <= step; s++)
		if (merge->stamps[b[s]] != stamp)
			return false;
	return true;
}

static int later_first(const void *a, const void *b)
{
	const struct fate *const *x = a;
	const struct fate *const *y = b;
	return (*x)->step < (*y)->step ? 1 : (*x)->step > (*y)->step ? -1
	                                                             : 0;
}

uint32_t merge_finish(struct merge *merge, const struct walks *walks, uint32_t *output)
{
	/* A walk may have stopped in favour of one that stopped later: latest first. */
	uint32_t num_failed = 0;
	uint32_t num_stopped = 0;
	memset(merge->stamps, 0, merge->num_items * sizeof(*merge->stamps));
	for (uint32_t w = 0; w < walks->count; w++)
		if (merge->fates[w].step)
			merge->stopped[num_stopped++] = &merge->fates[w];
	qsort(merge->stopped, num_stopped, sizeof(*merge->stopped), later_first);
	for (uint32_t i = 0; i < num_stopped; i++) {
		struct fate *fate = merge->stopped[i];
		uint32_t walk = (uint32_t)(fate - merge->fates);
		bool deceived = fate->row >= merge->first_row &&
		                merge->fates[fate->row - merge->first_row].failed;
		uint32_t *own = output + (uint64_t)(merge->first_row + walk) * merge->length;
		const uint32_t *other = output + (uint64_t)fate->row * merge->length;
		if (!deceived && same_set(merge, own, other, fate->step, i + 1)) {
			memcpy(own + fate->step + 1, other + fate->step + 1,
			       (merge->length - fate->step - 1) * sizeof(*own));
		} else {
			fate->failed = true;
			merge->failed[num_failed++] = walk;
		}
	}
	return num_failed;
}
