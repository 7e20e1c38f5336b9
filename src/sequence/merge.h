/* SPDX-License-Identifier: MIT
 *
 * Walks that run into each other. The scores of a walk depend only on the set of items it
 * has chosen, not on their order, since integer sums do not: once two walks have chosen
 * the same set, one of them can stop and take over the other's tail. Equal sets are found
 * by a hash that the device keeps, and compared item by item before a result is given. */
#ifndef VKC_MERGE_H
#define VKC_MERGE_H

#include "sequence/walk_state.h"

struct set_hash {
	uint32_t words[3];
};

/* What became of a walk of the batch. */
struct merged_walk {
	uint32_t step; /* elements 0 … step are its own; 0 = all of them */
	uint32_t row;  /* of the output, whose tail it takes */
	bool failed;   /* the sets were not equal after all, or that row's were not */
};

struct merge {
	struct engine *engine;
	uint32_t num_items;
	bool weak_hash;         /* for tests: hashes collide often */
	uint32_t prefix_length; /* as in struct walks */
	uint32_t length;
	uint32_t first_row;      /* row of the output of the batch's walk 0 */
	uint32_t first_compared; /* first of the rows before that it is compared with */
	const uint32_t *output;  /* of all sequences: the rows before first_row are final */
	struct set_hash *hashes; /* of all rows, as far as the walks in flight are */
	uint32_t hashed_step;
	uint32_t last_checked_step;
	uint32_t *active; /* walks of the batch that go on */
	uint32_t num_active;
	bool changed; /* the device does not know these active walks yet */
	struct merged_walk *merged_walks;
	struct merged_walk **sorted; /* of the walks that have one, in merge_finish() */
	uint32_t *failed;            /* walks of the batch that are to be walked again */
	uint32_t *table;             /* of rows, by hash; 0 = empty, else row + 1 */
	uint32_t table_mask;
	uint32_t *seen;          /* of items, to compare sets */
	struct buffer snapshots; /* of the walks' counters and hashes, two of them */
};

/* For at most walks->count walks at a time, `total` in all. False where there is no memory for
 * it: walks need not be merged. */
bool merge_open(struct merge *merge, const struct walks *walks,
                uint32_t total, const uint32_t *output);
void merge_close(struct merge *merge);

/* A new batch, whose results are rows first_row … */
void merge_start(struct merge *merge, const struct walks *walks, uint32_t first_row);

/* Records, at the beginning of a submission, what has changed of the active walks; */
void merge_record_list(struct merge *merge, const struct walks *walks);
/* and at its end a snapshot of where they are. */
void merge_record_snapshot(struct merge *merge, const struct walks *walks, unsigned parity);

/* Looks at the snapshot of a submission that has ended, after which all active walks have taken
 * the same number of steps, and stops walks that equal another. */
VkcResult merge_check(struct merge *merge, unsigned parity);

/* Completes the rows of the batch's walks that were stopped. Where a hash has deceived, the
 * walk's number in the batch is added to merge->failed; returns how many there are. */
uint32_t merge_finish(struct merge *merge, const struct walks *walks, uint32_t *output);

#endif
