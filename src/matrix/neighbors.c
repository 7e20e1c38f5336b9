/* SPDX-License-Identifier: MIT */
#include "matrix/neighbors.h"

#include "base/minmax.h"
#include "interface/select.h"
#include "matrix/similarity.h"
#include "vulkan/shader_variant.h"

/* Maximum number of invocations per workgroup. */
#define MAX_GROUP 1024

_Static_assert(sizeof(struct select_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

/* Rows whose neighbours are being searched in one submission. */
struct chunk {
	uint32_t first;
	uint32_t count;
	uint64_t ticket; /* 0 = not submitted */
	uint64_t work;   /* of its last submission, in the unit of the submit budget */
	struct buffer computed;
	struct buffer results;
	struct buffer staging;
};

struct search {
	struct neighbors *neighbors;
	bool use_stored; /* read rows from the stored matrix */
	uint32_t first;
	uint32_t end;
	uint32_t k;
	uint32_t rows_per_chunk; /* capacity of a chunk's buffers */
	uint32_t *indices;
	float *similarities;
	/* in rows, or without the stored matrix in tiles of gram_tile_rows() x TILE */
	struct submit_budget submit_budget;
	struct chunk chunks[2];
};

void neighbors_open(struct neighbors *neighbors, struct gram *gram)
{
	*neighbors = (struct neighbors){.gram = gram};
}

void neighbors_close(struct neighbors *neighbors)
{
	if (neighbors->gram)
		kernel_destroy(&neighbors->gram->engine->device, &neighbors->select);
}

/* Maximum number of results per round. The threshold is the worst of the invocations' best items.
 * If all invocations counted, far more items than necessary would reach it. */
static uint32_t max_per_round(uint32_t group)
{
	return group - group / 8;
}

/* The smallest workgroup that scans a row within the driver's loop limit; 0 if no workgroup is
 * large enough. */
static uint32_t min_group(const struct gram *gram)
{
	/* Bisecting a 64-bit threshold takes 64 passes. The two listing passes may take 18 times as
	 * many iterations with 16 invocations in lockstep. The rest covers the first pass and
	 * sorting. */
	const uint64_t iterations = 110 * (uint64_t)gram->rows->padded / 4;
	const uint32_t invocations = gram->engine->device.limits.group_invocations;
	return profile_group_for_loop(&gram->engine->profile, iterations, 1,
	                              min_u32(MAX_GROUP, invocations));
}

/* Returns 0 if no workgroup is large enough. */
static uint32_t choose_group(const struct gram *gram, uint32_t k)
{
	const uint32_t smallest = min_group(gram);
	uint32_t max = 256;
	while (max > gram->engine->device.limits.group_invocations)
		max /= 2;
	uint32_t group = min_u32(gram->engine->profile.select_group, max);
	while (group < max && max_per_round(group) < k)
		group *= 2;
	return smallest == 0 || group < smallest ? smallest : group;
}

static VkcResult ensure_kernel(struct neighbors *neighbors, uint32_t k)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = &neighbors->gram->engine->device;
	uint32_t group = choose_group(neighbors->gram, k);
	if (!group)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%u items are more than this device's kernels can search for "
		                 "neighbours: upload fewer, or choose another device (VKC_DEVICE).",
		                 neighbors->gram->rows->num_rows);
	if (neighbors->select.pipeline && neighbors->group == group)
		return VKC_SUCCESS;
	kernel_destroy(device, &neighbors->select);
	struct kernel_source source = {
		.push_bytes = sizeof(struct select_push),
		/* Large workgroups do not need a longer list. */
		.constants = {group, group <= MAX_GROUP / 4 ? group * 4 : MAX_GROUP},
		.num_constants = 2,
	};
	TRY(variant_find(device, &source, "select_%s", variant_loads(device)));
	source.bindings[0] = device->limits.texel_elements ? 't' : 's';
	source.bindings[1] = 's';
	TRY(kernel_create(device, &source, &neighbors->select));
	neighbors->group = group;
error:
	return result;
}

/* Decides how many rows a chunk may have. */
static VkcResult size_chunks(struct search *search)
{
	const struct gram *gram = search->neighbors->gram;
	struct device *device = &gram->engine->device;
	const struct limits *limits = &device->limits;
	const struct budget *budget = &gram->engine->budget;
	const uint64_t result_bytes = max_u64(search->k, 1) * 8;
	uint64_t rows = min_u64(limits->storage_range, budget_for_neighbors(budget)) / result_bytes;
	if (!search->use_stored) {
		const uint32_t tile_rows = gram_tile_rows(gram);
		uint64_t panel_bytes = (uint64_t)gram->rows->padded * sizeof(int32_t) * tile_rows;
		uint64_t max = min_u64(limits->storage_range, budget_for_searched_rows(budget));
		if (panel_bytes > limits->storage_range)
			return error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
			                 "The nearest neighbours among %u items need %u rows of the matrix "
			                 "at a time, %llu bytes, more than a storage buffer of this device "
			                 "can span (%llu): choose another device (VKC_DEVICE).",
			                 gram->rows->num_rows, tile_rows, (unsigned long long)panel_bytes,
			                 (unsigned long long)limits->storage_range);
		uint64_t panels = max / panel_bytes;
		rows = min_u64(rows, (panels ? panels : 1) * tile_rows);
	}
	rows = min_u64(rows, min_u64(limits->group_count, search->end - search->first));
	search->rows_per_chunk = rows ? (uint32_t)rows : 1;
	return VKC_SUCCESS;
}

static VkcResult create_chunk(struct search *search, struct chunk *chunk)
{
	VkcResult result = VKC_SUCCESS;
	const struct gram *gram = search->neighbors->gram;
	struct device *device = &gram->engine->device;
	uint64_t bytes = (uint64_t)search->rows_per_chunk * search->k * 8;
	TRY(buffer_create(device, BUFFER_DEVICE, false, bytes, "The nearest neighbours",
	                  &chunk->results));
	if (!chunk->results.mapped)
		TRY(buffer_create(device, BUFFER_STAGING, false, bytes,
		                  "The staging buffer for the nearest neighbours", &chunk->staging));
	if (!search->use_stored) {
		const uint32_t tile_rows = gram_tile_rows(gram);
		uint64_t rows = ((uint64_t)search->rows_per_chunk + tile_rows - 1) / tile_rows * tile_rows;
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  rows * gram->rows->padded * sizeof(int32_t),
		                  "The rows to search for neighbours", &chunk->computed));
	}
error:
	return result;
}

/* Waits for a chunk and copies its results to the outputs. */
static VkcResult collect(struct search *search, struct chunk *chunk)
{
	VkcResult result = VKC_SUCCESS;
	const struct gram *gram = search->neighbors->gram;
	if (!chunk->ticket)
		return VKC_SUCCESS;
	TRY(stream_wait(&gram->engine->stream, chunk->ticket));
	submit_budget_update(&search->submit_budget, chunk->work, &gram->engine->stream);
	chunk->ticket = 0;
	const struct buffer *from = chunk->staging.handle ? &chunk->staging : &chunk->results;
	uint64_t found = (uint64_t)chunk->count * search->k;
	TRY(buffer_invalidate(&gram->engine->device, from, 0, found * 8));
	const int32_t *pairs = from->mapped;
	uint64_t at = (uint64_t)(chunk->first - search->first) * search->k;
	for (uint64_t i = 0; i < found; i++) {
		if (search->similarities)
			search->similarities[at + i] = q30_to_float(pairs[2 * i]);
		if (search->indices)
			search->indices[at + i] = (uint32_t)pairs[2 * i + 1];
	}
error:
	return result;
}

/* Records the rounds that find all k neighbours of the chunk's rows. */
static VkcResult record_rounds(struct search *search, struct chunk *chunk,
                               const struct buffer *cells, uint32_t first_row_held)
{
	VkcResult result = VKC_SUCCESS;
	struct neighbors *neighbors = search->neighbors;
	const struct gram *gram = neighbors->gram;
	struct select_push push = {
		.items = gram->rows->num_rows,
		.first_row = chunk->first,
		.first_row_held = first_row_held,
		.row_quads = gram->rows->padded / 4,
		.per_row = search->k,
	};
	const struct binding bindings[] = {{.buffer = cells}, {.buffer = &chunk->results}};
	while (push.done < search->k) {
		push.wanted = (uint32_t)min_u64(max_per_round(neighbors->group), search->k - push.done);
		stream_barrier(&gram->engine->stream);
		TRY(stream_dispatch(&gram->engine->stream, &neighbors->select, bindings, &push,
		                    chunk->count, 1));
		push.done += push.wanted;
	}
error:
	return result;
}

/* The number of rows of the next chunk, which begins at `first`. */
static uint32_t next_count(const struct search *search, uint32_t first)
{
	const struct gram *gram = search->neighbors->gram;
	uint64_t count = min_u64(search->rows_per_chunk, search->end - first);
	if (search->use_stored) {
		count = min_u64(count, search->submit_budget.work);
		/* Stay within one segment. */
		return (uint32_t)min_u64(count, gram->rows_per_segment - first % gram->rows_per_segment);
	}
	const uint32_t tile_rows = gram_tile_rows(gram);
	uint64_t panels = search->submit_budget.work / (gram->rows->padded / TILE);
	count = min_u64(count, (panels ? panels : 1) * tile_rows);
	/* End at a panel boundary, so that no panel is computed twice. */
	if (first % tile_rows + count > tile_rows)
		count -= (first + count) % tile_rows;
	return (uint32_t)count;
}

/* Records the computation of the chunk's rows of the matrix. If they take longer than a submission
 * may, splits them into several submissions and leaves the last one open. */
static VkcResult compute_rows(struct search *search, struct chunk *chunk, uint32_t first_row_held)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = search->neighbors->gram;
	const uint32_t tile_rows = gram_tile_rows(gram);
	const uint32_t padded = gram->rows->padded;
	const uint32_t panels =
		(chunk->first + chunk->count - first_row_held + tile_rows - 1) / tile_rows;
	const struct tile_target to = {
		.buffer = &chunk->computed, .row = first_row_held, .columns = padded};
	const uint32_t tiles = padded / TILE;
	const uint64_t max = search->submit_budget.work / panels;
	/* Split evenly, so that the last submission is representative for the submit budget. */
	uint32_t submissions = (uint32_t)((tiles - 1) / (max ? max : 1) + 1);
	struct area area = {.row = first_row_held, .num_rows = panels * tile_rows};
	for (; submissions > 0; submissions--, area.column += area.num_columns) {
		if (area.column > 0) {
			TRY(stream_submit(&gram->engine->stream, NULL));
			TRY(stream_begin(&gram->engine->stream));
		}
		area.num_columns = (tiles - area.column / TILE) / submissions * TILE;
		TRY(gram_compute(gram, &area, &to));
		chunk->work = (uint64_t)panels * (area.num_columns / TILE);
	}
error:
	return result;
}

static VkcResult begin_chunk(struct search *search, struct chunk *chunk, uint32_t first)
{
	VkcResult result;
	struct gram *gram = search->neighbors->gram;
	if (!chunk->results.handle)
		TRY(create_chunk(search, chunk));
	chunk->first = first;
	chunk->count = next_count(search, first);
	chunk->work = chunk->count;
	uint32_t rows_together = search->use_stored ? gram->rows_per_segment : gram_tile_rows(gram);
	uint32_t first_row_held = first / rows_together * rows_together;
	const struct buffer *cells = &chunk->computed;
	if (search->use_stored)
		cells = &gram->segments[first / gram->rows_per_segment];
	TRY(stream_begin(&gram->engine->stream));
	if (!search->use_stored)
		TRY(compute_rows(search, chunk, first_row_held));
	TRY(record_rounds(search, chunk, cells, first_row_held));
	if (chunk->staging.handle) {
		stream_barrier(&gram->engine->stream);
		stream_copy(&gram->engine->stream, &chunk->results, 0, &chunk->staging, 0,
		            (uint64_t)chunk->count * search->k * 8);
	}
	TRY(stream_submit(&gram->engine->stream, &chunk->ticket));
error:
	return result;
}

VkcResult neighbors_nearest(struct neighbors *neighbors, uint32_t first, uint32_t count,
                            uint32_t k, uint32_t *indices, float *similarities)
{
	VkcResult result;
	struct gram *gram = neighbors->gram;
	struct search search = {
		.neighbors = neighbors,
		.first = first,
		.end = first + count,
		.k = k,
		.indices = indices,
		.similarities = similarities,
	};
	TRY(ensure_kernel(neighbors, k));
	TRY(gram_plan(gram));
	gram_note_rows(gram, first, count);
	search.use_stored = gram_is_best_for_rows(gram, first, count);
	if (search.use_stored)
		TRY(gram_advance_to(gram, search.end));
	search.submit_budget = submit_budget_start(
		&gram->engine->device, search.use_stored ? TILE : 16 * TILE / gram_tile_rows(gram));
	TRY(size_chunks(&search));
	unsigned current = 0;
	for (uint32_t row = first; row < search.end;) {
		struct chunk *chunk = &search.chunks[current];
		TRY(collect(&search, chunk));
		TRY(begin_chunk(&search, chunk, row));
		row += chunk->count;
		current = 1 - current;
	}
	TRY(collect(&search, &search.chunks[current]));
	TRY(collect(&search, &search.chunks[1 - current]));
error:
	if (result != VKC_SUCCESS)
		gram_invalidate(gram);
	for (int i = 0; i < 2; i++) {
		buffer_destroy(&gram->engine->device, &search.chunks[i].computed);
		buffer_destroy(&gram->engine->device, &search.chunks[i].results);
		buffer_destroy(&gram->engine->device, &search.chunks[i].staging);
	}
	return result;
}
