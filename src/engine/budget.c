/* SPDX-License-Identifier: MIT */
#include "engine/budget.h"

#include "base/minmax.h"

/* What is read or searched comes in pieces of at most so many bytes, two in flight: larger
 * ones are no faster. */
#define PIECE_BYTES (8u << 20)
#define SEARCHED_BYTES (64u << 20)

static bool make_room(void *user)
{
	struct budget *budget = user;
	bool evicted = false;
	for (uint32_t i = 0; i < budget->num_caches; i++) {
		const struct budget_cache *cache = &budget->caches[i];
		if (cache->pinned || !cache->bytes(cache->owner))
			continue;
		cache->evict(cache->owner);
		evicted = true;
	}
	return evicted;
}

void budget_open(struct budget *budget, struct device *device)
{
	*budget = (struct budget){.device = device};
	device->make_room = make_room;
	device->make_room_user = budget;
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

uint64_t budget_evictable(const struct budget *budget)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < budget->num_caches; i++) {
		const struct budget_cache *cache = &budget->caches[i];
		if (!cache->pinned)
			bytes += cache->bytes(cache->owner);
	}
	return bytes;
}

uint64_t budget_available(const struct budget *budget)
{
	const struct device *device = budget->device;
	const uint64_t used = device->memory_used - budget_evictable(budget);
	return used < device->memory_limit ? device->memory_limit - used : 0;
}

uint64_t budget_for_matrix(const struct budget *budget, uint64_t padded_rows)
{
	const uint64_t available = budget_available(budget);
	const uint64_t others = 64 * padded_rows + budget->device->memory_limit / 16;
	const uint64_t left = available > others ? available - others : 0;
	/* Other contexts count on the same memory. */
	return min_u64(left, device_host_memory(budget->device) / 10 * 8);
}

uint64_t budget_for_walks(const struct budget *budget)
{
	return budget_available(budget) / 8 * 7;
}

uint64_t budget_for_piece(const struct budget *budget)
{
	return min_u64(PIECE_BYTES, budget->device->memory_limit / 64);
}

uint64_t budget_for_neighbors(const struct budget *budget)
{
	return min_u64(PIECE_BYTES, budget_available(budget) / 8);
}

uint64_t budget_for_searched_rows(const struct budget *budget)
{
	return min_u64(SEARCHED_BYTES, budget_available(budget) / 4);
}
