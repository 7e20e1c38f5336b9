/* SPDX-License-Identifier: MIT */
#include "data/exact_pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"

/* A copy of a sum takes about as long as adding so many rows to one. */
#define ROWS_PER_COPY 4u

bool exact_pool_open(struct exact_pool *pool, uint32_t max_sums)
{
	*pool = (struct exact_pool){
		.sums = calloc(max_sums, sizeof(*pool->sums)),
		.by_size = malloc(max_sums * sizeof(*pool->by_size)),
		.max_sums = max_sums,
	};
	if (pool->sums && pool->by_size)
		return true;
	exact_pool_close(pool);
	return false;
}

void exact_pool_close(struct exact_pool *pool)
{
	for (uint32_t i = 0; pool->sums && i < pool->max_sums; i++)
		exact_sum_close(&pool->sums[i]);
	free(pool->sums);
	free(pool->by_size);
	*pool = (struct exact_pool){0};
}

static struct exact_sum *sum_at(const struct exact_pool *pool, uint32_t position)
{
	return &pool->sums[pool->by_size[position]];
}

/* The position of the first sum with at least so many rows. */
static uint32_t position_of(const struct exact_pool *pool, uint32_t num_rows)
{
	uint32_t first = 0, end = pool->num_sums;
	while (first < end) {
		const uint32_t middle = first + (end - first) / 2;
		if (sum_at(pool, middle)->num_rows < num_rows)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static void take_out(struct exact_pool *pool, uint32_t index)
{
	uint32_t *by_size = pool->by_size;
	uint32_t position = position_of(pool, pool->sums[index].num_rows);
	while (by_size[position] != index)
		position++;
	pool->num_sums--;
	memmove(by_size + position, by_size + position + 1,
	        (pool->num_sums - position) * sizeof(*by_size));
}

static void put_in(struct exact_pool *pool, uint32_t index)
{
	uint32_t *by_size = pool->by_size;
	const uint32_t position = position_of(pool, pool->sums[index].num_rows);
	memmove(by_size + position + 1, by_size + position,
	        (pool->num_sums - position) * sizeof(*by_size));
	by_size[position] = index;
	pool->num_sums++;
}

/* The sum that has the fewest rows to gain and lose, fewer than `limit`; NULL if there is none. */
static const struct exact_sum *nearest(const struct exact_pool *pool, const struct exact *exact,
                                       const uint64_t *rows, uint32_t num_rows, uint32_t limit)
{
	const struct exact_sum *found = NULL;
	uint32_t above = position_of(pool, num_rows), below = above;
	for (;;) {
		/* Sets differ by at least as many rows as their sizes do. */
		const uint32_t more = above < pool->num_sums ? sum_at(pool, above)->num_rows - num_rows
		                                             : UINT32_MAX;
		const uint32_t fewer = below > 0 ? num_rows - sum_at(pool, below - 1)->num_rows
		                                 : UINT32_MAX;
		if (min_u32(more, fewer) >= limit)
			return found;
		const struct exact_sum *sum = sum_at(pool, more < fewer ? above++ : --below);
		const uint32_t distance = exact_sum_distance(sum, exact, rows, limit);
		if (distance < limit) {
			limit = distance;
			found = sum;
		}
	}
}

VkcResult exact_pool_move(struct exact_pool *pool, const struct exact *exact, uint32_t index,
                          const uint64_t *rows, uint32_t num_rows, struct exact_sum **sum,
                          struct error *error)
{
	VkcResult result = VKC_SUCCESS;
	struct exact_sum *own = &pool->sums[index];
	if (own->values)
		take_out(pool, index);
	else
		TRY(exact_sum_open(own, exact, error));
	const uint32_t distance = exact_sum_distance(own, exact, rows, num_rows);
	const uint32_t limit = min_u32(distance, num_rows);
	const struct exact_sum *other =
		nearest(pool, exact, rows, num_rows, limit - min_u32(limit, ROWS_PER_COPY));
	if (other)
		exact_sum_copy(own, exact, other);
	else if (distance >= num_rows)
		exact_sum_empty(own, exact);
	exact_sum_move(own, exact, rows);
	put_in(pool, index);
	*sum = own;
error:
	return result;
}
