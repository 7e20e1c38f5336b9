/* SPDX-License-Identifier: MIT
 *
 * Device memory: what it may be used for, and which caches give theirs up when it runs short.
 *
 * A cache holds memory only to make later calls faster. Whoever creates a buffer need not know
 * the caches: where the limit or the driver leaves no room, the budget evicts them. */
#ifndef VKC_BUDGET_H
#define VKC_BUDGET_H

#include "vulkan/device.h"

#define BUDGET_MAX_CACHES 4

struct budget_cache {
	void *owner;
	uint64_t (*bytes)(const void *owner); /* of device memory that it holds */
	void (*evict)(void *owner);           /* frees them; nothing of them is in flight */
	bool pinned;                          /* in use by the call that runs: not evicted */
};

struct budget {
	struct device *device;
	struct budget_cache caches[BUDGET_MAX_CACHES];
	uint32_t num_caches;
};

/* Sets the device's limit: `asked` bytes, or, where that is 0, a default. From now on the device
 * evicts caches where a buffer finds no room. */
void budget_open(struct budget *budget, struct device *device,
                 const struct physical_device *physical_device, uint64_t requested);

/* owner must outlive the budget; a cache is known by it. */
void budget_add_cache(struct budget *budget, struct budget_cache cache);
void budget_pin(struct budget *budget, const void *owner, bool pinned);

/* Bytes that the caches hold, pinned ones left out. */
uint64_t budget_evictable(const struct budget *budget);
/* Bytes that are free within the limit, or would be after evicting every cache. */
uint64_t budget_available(const struct budget *budget);

/* Bytes that these may take: */

/* the whole Gram matrix of so many rows, beside the state of a walk and what is read, */
uint64_t budget_for_matrix(const struct budget *budget, uint64_t padded_rows);
/* walks in flight and what they need beside their state, */
uint64_t budget_for_walks(const struct budget *budget);
/* one of two pieces of the matrix that are read, */
uint64_t budget_for_chunk(const struct budget *budget);
/* the neighbours found in a submission, */
uint64_t budget_for_neighbors(const struct budget *budget);
/* and the rows of the matrix that are computed to be searched. */
uint64_t budget_for_searched_rows(const struct budget *budget);

#endif
