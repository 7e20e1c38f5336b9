/* SPDX-License-Identifier: MIT
 *
 * The device memory budget: how much each use may take, and which caches to evict when memory runs
 * short.
 *
 * A cache holds memory only to speed up later calls. Code that creates a buffer need not know the
 * caches: when the limit or the driver leaves no room, the budget evicts them. */
#ifndef VKC_BUDGET_H
#define VKC_BUDGET_H

#include "vulkan/device.h"

#define BUDGET_MAX_CACHES 4

struct budget_cache {
	void *owner;
	uint64_t (*bytes)(const void *owner); /* device memory that the cache holds */
	void (*evict)(void *owner);           /* frees it; no submission in flight uses it */
	bool pinned;                          /* in use by the current call: do not evict */
};

struct budget {
	struct device *device;
	struct budget_cache caches[BUDGET_MAX_CACHES];
	uint32_t num_caches;
};

/* Sets the device's memory limit to `requested` bytes, or to a default if that is 0. From then on,
 * the device evicts caches when a buffer does not fit. */
void budget_open(struct budget *budget, struct device *device,
                 const struct physical_device *physical_device, uint64_t requested);

/* Registers a cache, which `owner` identifies. The owner must outlive the budget. */
void budget_add_cache(struct budget *budget, struct budget_cache cache);
void budget_pin(struct budget *budget, const void *owner, bool pinned);

/* The following functions return the number of bytes that a use may take, with every unpinned
 * cache evicted. */

/* The whole Gram matrix of padded_rows rows. Leaves room for the state of a walk and for
 * read-back. */
uint64_t budget_for_matrix(const struct budget *budget, uint64_t padded_rows);
/* The walks in flight, and what they need in addition to their state. */
uint64_t budget_for_walks(const struct budget *budget);
/* One of the two chunks in which the matrix is read back. */
uint64_t budget_for_chunk(const struct budget *budget);
/* The neighbours that one submission finds. */
uint64_t budget_for_neighbors(const struct budget *budget);
/* Rows of the matrix that are computed in order to be searched for neighbours. */
uint64_t budget_for_searched_rows(const struct budget *budget);

/* Bytes of host memory that an upload may take. On a CPU device they include its device memory. */
uint64_t budget_for_host(void);

#endif
