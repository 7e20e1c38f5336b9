/* SPDX-License-Identifier: MIT
 *
 * Merging of walks. Choices are exact, so the next item of a walk depends only on the set of items
 * that it has chosen, not on their order. Once two walks have chosen the same set, one of them can
 * stop and copy the rest of the other. A hash that the device maintains finds equal sets: the host
 * compares the hashes of walks at checkpoints, which are multiples of a number of steps, since
 * walks do not advance at the same pace. It compares the sets item by item before it copies a
 * result. */
#ifndef VKC_MERGE_H
#define VKC_MERGE_H

#include "sequence/walk_state.h"

struct set_hash {
	uint32_t words[3];
};

/* A walk of the batch that was merged into another. */
struct merged_walk {
	uint32_t step; /* elements 0 … step are its own; 0 = not merged */
	uint32_t row;  /* output row from which it copies the rest */
	bool failed;   /* the sets differ after all, or the merge of that row failed */
};

/* A row whose first step + 1 elements have this hash. */
struct hash_entry {
	uint64_t hash;
	uint32_t step;
	uint32_t row; /* + 1; 0 = empty */
};

struct merge {
	struct engine *engine;
	uint32_t num_items;
	/* compare few bits of the hashes, so that they often collide (for tests) */
	bool weak_hash;
	uint32_t prefix_length; /* as in struct walks */
	uint32_t length;
	uint32_t checkpoint;    /* steps between checkpoints */
	uint32_t first_row;     /* output row of the batch's first walk */
	const uint32_t *output; /* output of all sequences; rows before first_row are final */
	uint32_t *active;       /* active walks of the batch */
	uint32_t num_active;
	bool changed; /* the list of active walks on the device is out of date */
	struct merged_walk *merged_walks;
	struct merged_walk **sorted; /* the merged walks, sorted in merge_finish() */
	uint32_t *failed;            /* walks of the batch to compute again */
	struct hash_entry *table;    /* of checkpoints */
	uint64_t table_mask;
	uint32_t *seen; /* one mark per item, for comparing sets */
};

/* At most walks->count walks per batch. Returns false if memory runs out; the walks then run
 * without merging. */
bool merge_open(struct merge *merge, const struct walks *walks, const uint32_t *output);
void merge_close(struct merge *merge);

/* Starts a new batch, whose results begin at row first_row. */
void merge_start(struct merge *merge, const struct walks *walks, uint32_t first_row);

/* Records an update of the list of active walks. Call this at the beginning of a submission. */
void merge_record_list(struct merge *merge, const struct walks *walks);

/* Notes the hash of an active walk's elements 0 … step at a checkpoint. Merges the walk if another
 * walk or a finished row had the same hash there. */
void merge_note(struct merge *merge, uint32_t walk, uint32_t step, const struct set_hash *hash);
/* Removes merged walks from the list of active ones. */
void merge_update_active(struct merge *merge);

/* Completes the results of merged walks. Returns how many have to be computed again because a hash
 * was wrong; merge->failed lists them, as walks of the batch. */
uint32_t merge_finish(struct merge *merge, const struct walks *walks, uint32_t *output);

#endif
