/* SPDX-License-Identifier: MIT */
#include "matrix/neighbors.h"

#include "base/minmax.h"
#include "interface/select.h"
#include "matrix/similarity.h"
#include "vulkan/shader_variant.h"

/* Invocations. */
#define MAX_GROUP 1024

_Static_assert(sizeof(struct select_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

/* Rows on their way. */
struct part {
	uint32_t first;
	uint32_t count;
	uint64_t ticket; /* 0 = none */
	uint64_t units;  /* of the submit budget, in that submission */
	struct buffer computed;
	struct buffer results;
	struct buffer staging;
};

struct search {
	struct neighbors *neighbors;
	bool kept; /* the matrix is there */
	uint32_t first;
	uint32_t end;
	uint32_t k;
	uint32_t rows_at_once; /* what the buffers of a part hold */
	uint32_t *indices;
	float *similarities;
	struct submit_budget submit_budget; /* in rows; without a matrix in strips of rows x TILE columns */
	struct part parts[2];
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

/* What a round finds at most. With all of the group's invocations the worst of their best
 * would be the threshold, which far more items reach than are wanted. */
static uint32_t max_wanted(uint32_t group)
{
	return group - group / 8;
}

/* The fewest invocations of a workgroup that go through a row in as many turns as the driver's
 * loops may take; 0 = more than a workgroup has. */
static uint32_t least_group(const struct gram *gram)
{
	/* A threshold of 64 bits is bisected in as many passes; the two that list may take 18 times as
	 * many turns, where 16 invocations go together; the first, and sorting. */
	const uint64_t turns = 110 * (uint64_t)gram->rows->padded / 4;
	const uint32_t invocations = gram->engine->device.limits.group_invocations;
	return profile_group_for_loop(&gram->engine->profile, turns, 1,
	                              min_u32(MAX_GROUP, invocations));
}

/* 0 = no workgroup is large enough. */
static uint32_t choose_group(const struct gram *gram, uint32_t k)
{
	const uint32_t least = least_group(gram);
	uint32_t max = 256;
	while (max > gram->engine->device.limits.group_invocations)
		max /= 2;
	uint32_t group = min_u32(gram->engine->profile.select_group, max);
	while (group < max && max_wanted(group) < k)
		group *= 2;
	return least == 0 || group < least ? least : group;
}

static VkcResult need_kernel(struct neighbors *neighbors, uint32_t k)
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
		/* Large workgroups need no longer list. */
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

/* How many rows a part may have. */
static VkcResult size_parts(struct search *search)
{
	const struct gram *gram = search->neighbors->gram;
	struct device *device = &gram->engine->device;
	const struct limits *limits = &device->limits;
	const struct budget *budget = &gram->engine->budget;
	uint64_t result_bytes = (uint64_t)search->k * 8;
	uint64_t rows = min_u64(limits->storage_range, budget_for_neighbors(budget)) / result_bytes;
	if (!search->kept) {
		const uint32_t unit = gram_strip_rows(gram);
		uint64_t strip_bytes = (uint64_t)gram->rows->padded * sizeof(int32_t) * unit;
		uint64_t max = min_u64(limits->storage_range, budget_for_searched_rows(budget));
		if (strip_bytes > limits->storage_range)
			return error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
			                 "The nearest neighbours among %u items need %u rows of the matrix "
			                 "at a time, %llu bytes, more than a storage buffer of this device "
			                 "can span (%llu): choose another device (VKC_DEVICE).",
			                 gram->rows->num_rows, unit, (unsigned long long)strip_bytes,
			                 (unsigned long long)limits->storage_range);
		uint64_t strips = max / strip_bytes;
		rows = min_u64(rows, (strips ? strips : 1) * unit);
	}
	rows = min_u64(rows, min_u64(limits->group_count, search->end - search->first));
	search->rows_at_once = rows ? (uint32_t)rows : 1;
	return VKC_SUCCESS;
}

static VkcResult create_part(struct search *search, struct part *part)
{
	VkcResult result = VKC_SUCCESS;
	const struct gram *gram = search->neighbors->gram;
	struct device *device = &gram->engine->device;
	uint64_t bytes = (uint64_t)search->rows_at_once * search->k * 8;
	TRY(buffer_create(device, BUFFER_DEVICE, false, bytes, "The nearest neighbours",
	                  &part->results));
	if (!part->results.mapped)
		TRY(buffer_create(device, BUFFER_STAGING, false, bytes,
		                  "The staging of the nearest neighbours", &part->staging));
	if (!search->kept) {
		const uint32_t unit = gram_strip_rows(gram);
		uint64_t rows = ((uint64_t)search->rows_at_once + unit - 1) / unit * unit;
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  rows * gram->rows->padded * sizeof(int32_t),
		                  "The rows to search for neighbours", &part->computed));
	}
error:
	return result;
}

/* Hands over what a part has found. */
static VkcResult take(struct search *search, struct part *part)
{
	VkcResult result = VKC_SUCCESS;
	const struct gram *gram = search->neighbors->gram;
	if (!part->ticket)
		return VKC_SUCCESS;
	TRY(stream_wait(&gram->engine->stream, part->ticket));
	submit_budget_update(&search->submit_budget, part->units, &gram->engine->stream);
	part->ticket = 0;
	const struct buffer *from = part->staging.handle ? &part->staging : &part->results;
	uint64_t found = (uint64_t)part->count * search->k;
	TRY(buffer_invalidate(&gram->engine->device, from, 0, found * 8));
	const int32_t *pairs = from->mapped;
	uint64_t at = (uint64_t)(part->first - search->first) * search->k;
	for (uint64_t i = 0; i < found; i++) {
		if (search->similarities)
			search->similarities[at + i] = q30_to_float(pairs[2 * i]);
		if (search->indices)
			search->indices[at + i] = (uint32_t)pairs[2 * i + 1];
	}
error:
	return result;
}

/* Records the rounds that find all k neighbours of the part's rows. */
static VkcResult record_rounds(struct search *search, struct part *part,
                               const struct buffer *cells, uint32_t first_row_held)
{
	VkcResult result = VKC_SUCCESS;
	struct neighbors *neighbors = search->neighbors;
	const struct gram *gram = neighbors->gram;
	struct select_push push = {
		.items = gram->rows->num_rows,
		.first_row = part->first,
		.first_row_held = first_row_held,
		.row_quads = gram->rows->padded / 4,
		.per_row = search->k,
	};
	const struct binding bindings[] = {{.buffer = cells}, {.buffer = &part->results}};
	while (push.done < search->k) {
		push.wanted = (uint32_t)min_u64(max_wanted(neighbors->group), search->k - push.done);
		stream_barrier(&gram->engine->stream);
		TRY(stream_dispatch(&gram->engine->stream, &neighbors->select, bindings, &push, part->count,
		                    1));
		push.done += push.wanted;
	}
error:
	return result;
}

/* How many rows from `first` on the next part takes. */
static uint32_t next_count(const struct search *search, uint32_t first)
{
	const struct gram *gram = search->neighbors->gram;
	uint64_t count = min_u64(search->rows_at_once, search->end - first);
	if (search->kept) {
		count = min_u64(count, search->submit_budget.units);
		/* Within one segment. */
		return (uint32_t)min_u64(count, gram->rows_per_segment - first % gram->rows_per_segment);
	}
	const uint32_t unit = gram_strip_rows(gram);
	uint64_t strips = search->submit_budget.units / (gram->rows->padded / TILE);
	count = min_u64(count, (strips ? strips : 1) * unit);
	/* To the end of a strip, so that none is computed twice. */
	if (first % unit + count > unit)
		count -= (first + count) % unit;
	return (uint32_t)count;
}

/* Records the rows of the matrix that a part needs; where they take longer than one submission
 * may, as several, the last of which stays open. */
static VkcResult compute_rows(struct search *search, struct part *part, uint32_t first_row_held)
{
	VkcResult result = VKC_SUCCESS;
	struct gram *gram = search->neighbors->gram;
	const uint32_t unit = gram_strip_rows(gram);
	const uint32_t padded = gram->rows->padded;
	const uint32_t strips = (part->first + part->count - first_row_held + unit - 1) / unit;
	const struct tile_target to = {.buffer = &part->computed, .row = first_row_held, .columns = padded};
	const uint32_t tiles = padded / TILE;
	const uint64_t max = search->submit_budget.units / strips;
	/* Of one size, so that the last tells how long they take. */
	uint32_t pieces = (uint32_t)((tiles - 1) / (max ? max : 1) + 1);
	struct area area = {.row = first_row_held, .num_rows = strips * unit};
	for (; pieces > 0; pieces--, area.column += area.num_columns) {
		if (area.column > 0) {
			TRY(stream_submit(&gram->engine->stream, NULL));
			TRY(stream_begin(&gram->engine->stream));
		}
		area.num_columns = (tiles - area.column / TILE) / pieces * TILE;
		TRY(gram_compute(gram, &area, &to));
		part->units = (uint64_t)strips * (area.num_columns / TILE);
	}
error:
	return result;
}

static VkcResult begin(struct search *search, struct part *part, uint32_t first)
{
	VkcResult result;
	struct gram *gram = search->neighbors->gram;
	if (!part->results.handle)
		TRY(create_part(search, part));
	part->first = first;
	part->count = next_count(search, first);
	part->units = part->count;
	uint32_t rows_together = search->kept ? gram->rows_per_segment : gram_strip_rows(gram);
	uint32_t first_row_held = first / rows_together * rows_together;
	const struct buffer *cells = &part->computed;
	if (search->kept)
		cells = &gram->segments[first / gram->rows_per_segment];
	TRY(stream_begin(&gram->engine->stream));
	if (!search->kept)
		TRY(compute_rows(search, part, first_row_held));
	TRY(record_rounds(search, part, cells, first_row_held));
	if (part->staging.handle) {
		stream_barrier(&gram->engine->stream);
		stream_copy(&gram->engine->stream, &part->results, 0, &part->staging, 0,
		            (uint64_t)part->count * search->k * 8);
	}
	TRY(stream_submit(&gram->engine->stream, &part->ticket));
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
	TRY(need_kernel(neighbors, k));
	TRY(gram_plan(gram));
	gram_note_rows(gram, first, count);
	search.kept = gram_is_best_for_rows(gram, first, count);
	if (search.kept)
		TRY(gram_reach(gram, search.end));
	search.submit_budget = submit_budget_start(&gram->engine->device, search.kept ? TILE : 16 * TILE / gram_strip_rows(gram));
	TRY(size_parts(&search));
	unsigned turn = 0;
	for (uint32_t row = first; row < search.end;) {
		struct part *part = &search.parts[turn];
		TRY(take(&search, part));
		TRY(begin(&search, part, row));
		row += part->count;
		turn = 1 - turn;
	}
	TRY(take(&search, &search.parts[turn]));
	TRY(take(&search, &search.parts[1 - turn]));
error:
	if (result != VKC_SUCCESS)
		gram_distrust(gram);
	for (int i = 0; i < 2; i++) {
		buffer_destroy(&gram->engine->device, &search.parts[i].computed);
		buffer_destroy(&gram->engine->device, &search.parts[i].results);
		buffer_destroy(&gram->engine->device, &search.parts[i].staging);
	}
	return result;
}
