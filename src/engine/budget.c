/* SPDX-License-Identifier: MIT */
#include "engine/budget.h"

#include "base/host_memory.h"
#include "base/minmax.h"

/* Maximum size of a chunk of results, and of the rows searched for neighbours. Two chunks are in
 * flight at a time; larger ones are no faster. */
#define CHUNK_BYTES (8u << 20)
#define SEARCH_BYTES (64u << 20)

/* Bytes held by caches that are not pinned. */
static uint64_t evictable(const struct budget *budget)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < budget->num_caches; i++) {
		const struct budget_cache *cache = &budget->caches[i];
		if (!cache->pinned)
			bytes += cache->bytes(cache->owner);
	}
	return bytes;
}

/* Bytes that are free within the limit, with every unpinned cache evicted. */
static uint64_t available(const struct budget *budget)
{
	const struct device *device = budget->device;
	const uint64_t used = device->memory_used - evictable(budget);
	return used < device->memory_limit ? device->memory_limit - used : 0;
}

/* Evicts caches until `bytes` more fit within the limit, unless even evicting all would not do. */
static bool reclaim(void *user, uint64_t bytes)
{
	struct budget *budget = user;
	const struct device *device = budget->device;
	bool evicted = false;
	if (bytes != RECLAIM_ALL && bytes > available(budget))
		return false;
	for (uint32_t i = 0; i < budget->num_caches; i++) {
		const struct budget_cache *cache = &budget->caches[i];
		if (bytes != RECLAIM_ALL && device->memory_used + bytes <= device->memory_limit)
			break;
		if (cache->pinned || !cache->bytes(cache->owner))
			continue;
		cache->evict(cache->owner);
		evicted = true;
	}
	return evicted;
}

/* The memory limit if the caller sets none. */
static uint64_t default_limit(const struct device *device,
                              const struct physical_device *physical_device)
{
	/* The CPU drivers of Mesa 22 and SwiftShader report this heap size on every machine. */
	const uint64_t placeholder = 1ull << 31;
	const uint64_t heap = physical_device_memory(physical_device);
	if (!device->limits.cpu)
		return heap / 10 * 8;
	const uint64_t host = host_memory_free("");
	const uint64_t limit = min_u64(heap, host) / 10 * 8;
	/* Leave some of the host's memory to other programs. */
	if (heap == placeholder && host != UINT64_MAX)
		return max_u64(limit, host / 2);
	return limit;
}

void budget_open(struct budget *budget, struct device *device,
                 const struct physical_device *physical_device, uint64_t requested)
{
	*budget = (struct budget){.device = device};
	device->memory_limit = requested ? requested : default_limit(device, physical_device);
	device->reclaim = reclaim;
	device->reclaim_user = budget;
}

void budget_add_cache(struct budget *budget, struct budget_cache cache)
{
	budget->caches[budget->num_caches++] = cache;
}

void budget_pin(struct budget *budget, const void *owner, bool pinned)
{
	for (uint32_t i = 0; i < budget->num_caches; i++)
		if (budget->caches[i].owner == owner)
			budget->caches[i].pinned = pinned;
}

uint64_t budget_for_host(void)
{
	/* malloc() promises more memory than the host has, and the out-of-memory killer ends a process
	 * that uses it. Leave some to other programs and contexts. */
	return host_memory_free("") / 10 * 8;
}

uint64_t budget_for_matrix(const struct budget *budget, uint64_t padded_rows)
{
	const uint64_t free_bytes = available(budget);
	const uint64_t others = 64 * padded_rows + budget->device->memory_limit / 16;
	const uint64_t left = free_bytes > others ? free_bytes - others : 0;
	/* A CPU driver reports more memory than the host may have free. */
	return budget->device->limits.cpu ? min_u64(left, budget_for_host()) : left;
}

uint64_t budget_for_walks(const struct budget *budget)
{
	return available(budget) / 8 * 7;
}

uint64_t budget_for_chunk(const struct budget *budget)
{
	return min_u64(CHUNK_BYTES, budget->device->memory_limit / 64);
}

uint64_t budget_for_neighbors(const struct budget *budget)
{
	return min_u64(CHUNK_BYTES, available(budget) / 8);
}

uint64_t budget_for_searched_rows(const struct budget *budget)
{
	return min_u64(SEARCH_BYTES, available(budget) / 4);
}
