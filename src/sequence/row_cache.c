/* SPDX-License-Identifier: MIT */
#include "sequence/row_cache.h"

#include <string.h>

#include "vulkan/shader_variant.h"

/* As declared in shaders/sequence/row_cache_plan.comp. */
struct plan_push {
	uint32_t counters;
	uint32_t orders;
	uint32_t list;
	uint32_t places;
	uint32_t order_quads;
	uint32_t length;
	uint32_t active;
	uint32_t items;
	uint32_t rows_kept;
	uint32_t rows_per_arena;
	uint32_t num_arenas;
	uint32_t most_rows;
	uint32_t wanted;
	uint32_t four_groups;
	uint32_t wide_groups;
	uint32_t wide_rows;
	uint32_t wide_least;
};

/* As declared in shaders/gram/gram_listed.comp. */
struct rows_push {
	uint32_t a_item;
	uint32_t a_items;
	uint32_t quads;
	uint32_t column;
	uint32_t columns;
	uint32_t result_quads;
	uint32_t arena;
	uint32_t most_rows;
};

/* Words of the work buffer, as in shaders/sequence/row_cache.glsl. */
enum {
	WORK_BUDGET = 0,
	WORK_WALKS = 1,
	WORK_STEPS = 4,
	WORK_SNAPSHOT = 8, /* words that a snapshot takes */
	WORK_ARENAS = 8,
	WORK_ARENA = 8, /* words of one arena */
	WORK_FOURS = 3, /* within them */
	WORK_LISTS = WORK_ARENAS + PICKED_MOST_ARENAS * WORK_ARENA
};

void picked_open(struct picked *picked, struct gram *gram)
{
	*picked = (struct picked){.gram = gram};
}

void picked_reset(struct picked *picked)
{
	for (uint32_t i = 0; i < PICKED_MOST_ARENAS; i++)
		buffer_destroy(picked->gram->device, &picked->arenas[i]);
	buffer_destroy(picked->gram->device, &picked->ledger);
	picked->num_kept = 0;
	picked->num_arenas = 0;
}

void picked_close(struct picked *picked)
{
	if (!picked->gram)
		return;
	picked_reset(picked);
	kernel_destroy(picked->gram->device, &picked->plan);
	kernel_destroy(picked->gram->device, &picked->wide);
	kernel_destroy(picked->gram->device, &picked->four);
}

/* ---- Kernels -------------------------------------------------------------------- */

/* A kernel that computes listed rows. */
struct shape {
	uint32_t columns; /* of a workgroup */
	uint32_t rows;    /* that it computes at a time */
	uint32_t least;   /* from so many on it is quicker than fours */
};

static uint32_t group_size(const struct device *device)
{
	return device->limits.cpu ? 8 : 64;
}

/* Whether the wide kernel is gram_shared; else it holds its sums in named scalars. */
static bool in_shared(const struct device *device)
{
	if (device->tuning.gram == GRAM_SHARED || device->tuning.gram == GRAM_REGISTERS)
		return device->tuning.gram == GRAM_SHARED;
	return !device->limits.cpu;
}

static struct shape four_shape(const struct device *device)
{
	return (struct shape){.columns = group_size(device) * 8, .rows = 4};
}

static struct shape wide_shape(const struct device *device)
{
	/* On lavapipe sixteen rows take as long as three fours; on an H100, 64 as two. */
	if (in_shared(device))
		return (struct shape){.columns = TILE, .rows = TILE, .least = 9};
	return (struct shape){.columns = group_size(device) * 8, .rows = 16, .least = 13};
}

static bool needs_wide(const struct picked *picked)
{
	return picked->most_rows >= wide_shape(picked->gram->device).least;
}

/* The kernel with this name's end. */
static VkcResult need_rows_kernel(struct picked *picked, struct kernel *kernel, const char *name,
                                  const char *kind)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = picked->gram->device;
	if (kernel->pipeline)
		return VKC_SUCCESS;
	struct kernel_source source = {
		.push_bytes = sizeof(struct rows_push),
		.constants = {group_size(device)},
		.num_constants = 1,
	};
	TRY(variant_find(device, &source, "%s_%s_%s_%s", name, variant_integers(device),
	                 variant_loads(device), kind));
	memcpy(source.bindings, device->limits.texel_elements ? "ttss" : "ssss", 5);
	TRY(kernel_create(device, &source, kernel));
error:
	return result;
}

static VkcResult need_wide(struct picked *picked)
{
	if (!needs_wide(picked))
		return VKC_SUCCESS;
	if (in_shared(picked->gram->device))
		return need_rows_kernel(picked, &picked->wide, "gram_shared", "listed");
	return need_rows_kernel(picked, &picked->wide, "gram_listed", "16");
}

VkcResult picked_begin(struct picked *picked)
{
	VkcResult result;
	struct device *device = picked->gram->device;
	TRY(need_rows_kernel(picked, &picked->four, "gram_listed", "4"));
	if (!picked->plan.pipeline) {
		struct kernel_source source = {
			.push_bytes = sizeof(struct plan_push),
			.bindings = "sss",
			/* A CPU driver pays for every subgroup at every barrier. */
			.constants = {device->limits.cpu ? 32 : 128},
			.num_constants = 1,
		};
		TRY(variant_find(device, &source, "row_cache_plan_%s", variant_reduction(device)));
		TRY(kernel_create(device, &source, &picked->plan));
	}
error:
	return result;
}

/* ---- Memory --------------------------------------------------------------------- */

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t row_bytes(const struct picked *picked)
{
	return (uint64_t)picked->gram->rows->padded * sizeof(int32_t);
}

static uint64_t ledger_bytes(const struct picked *picked, uint64_t kept)
{
	return (2 + (uint64_t)picked->gram->rows->padded + 2 * kept) * sizeof(uint32_t);
}

static uint64_t work_bytes(const struct picked *picked, const struct walks *walks)
{
	const uint64_t lists = (uint64_t)picked->most_rows * 2 * PICKED_MOST_ARENAS;
	/* Kernels look at as many entries of a list as they compute rows at a time. */
	const uint64_t beyond = 2ull * TILE;
	return (WORK_LISTS + lists + walks->count + beyond) * sizeof(uint32_t);
}

uint64_t picked_walk_bytes(const struct picked *picked)
{
	/* Its row, and another to keep. */
	return 2 * row_bytes(picked);
}

uint64_t picked_kept_bytes(const struct picked *picked)
{
	uint64_t bytes = picked->ledger.allocated;
	for (uint32_t i = 0; i < picked->num_arenas; i++)
		bytes += picked->arenas[i].allocated;
	return bytes;
}

/* Rows that lie in one arena, which kernels write and read through one binding. */
static uint64_t rows_per_arena(const struct picked *picked)
{
	const struct limits *limits = &picked->gram->device->limits;
	uint64_t most = lesser(limits->storage_range, limits->allocation);
	if (limits->texel_elements)
		most = lesser(most, limits->texel_elements * 16);
	return most / row_bytes(picked);
}

uint32_t picked_most_kept(const struct picked *picked)
{
	const struct device *device = picked->gram->device;
	uint64_t most = rows_per_arena(picked) * gram_most_arenas(device);
	uint64_t range = device->limits.storage_range;
	uint64_t fixed = ledger_bytes(picked, 0);
	most = lesser(most, range > fixed ? (range - fixed) / 8 : 0);
	most = lesser(most, picked->gram->rows->num_rows);
	/* Where not even one fits, the allocation of the walks' state says so. */
	return most ? (uint32_t)most : 1;
}

/* How many rows a submission may compute. */
static uint32_t most_rows(const struct picked *picked, const struct walks *walks)
{
	const uint32_t tuned = picked->gram->device->tuning.submit_rows;
	uint32_t most = tuned ? tuned : walks_most_rows(picked->gram);
	return most < walks->count ? most : walks->count;
}

void picked_make_room(struct picked *picked, const struct walks *walks, uint64_t wanted)
{
	const struct device *device = picked->gram->device;
	picked->most_rows = most_rows(picked, walks);
	uint64_t others = device->memory_used - picked_kept_bytes(picked);
	/* The walks' state, perhaps its staging, and some for rounding up. */
	others += 2 * walks->size + work_bytes(picked, walks) + ledger_bytes(picked, 0) + (1u << 16);
	uint64_t most = picked_most_kept(picked);
	if (device->tuning.kept_rows)
		most = lesser(most, device->tuning.kept_rows);
	uint64_t limit = device->memory_limit / 8 * 7;
	most = lesser(most, others < limit ? (limit - others) / (row_bytes(picked) + 8) : 0);
	/* A step may need a row for each walk. */
	if (most < walks->count)
		most = walks->count;
	uint64_t kept = wanted < walks->count ? walks->count : lesser(wanted, most);
	bool fits = picked->num_kept >= kept && picked->num_kept <= most;
	if (fits)
		kept = picked->num_kept;
	/* What grows step by step at least doubles: its contents are lost each time. */
	const uint64_t twice = 2 * (uint64_t)picked->num_kept;
	if (kept > picked->num_kept)
		kept = lesser(most, kept > twice ? kept : twice);
	/* For each row row_cache_plan looks through all places, by 32 invocations at least. */
	uint64_t rows = device->limits.most_loops / (kept / 32 + 4);
	picked->most_rows = (uint32_t)lesser(picked->most_rows, rows ? rows : 1);
	if (fits)
		return;
	picked_reset(picked);
	picked->wanted_kept = (uint32_t)kept;
}

static VkcResult allocate_kept(struct picked *picked, uint32_t kept)
{
	VkcResult result;
	struct device *device = picked->gram->device;
	uint64_t in_arena = lesser(kept, rows_per_arena(picked));
	picked->rows_per_arena = (uint32_t)in_arena;
	for (uint32_t first = 0; first < kept; first += picked->rows_per_arena) {
		uint64_t rows = lesser(in_arena, kept - first);
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  rows * row_bytes(picked), "The rows that the walks need",
		                  &picked->arenas[picked->num_arenas]));
		picked->num_arenas++;
	}
	TRY(buffer_create(device, BUFFER_DEVICE, false, ledger_bytes(picked, kept),
	                  "The list of rows that are kept", &picked->ledger));
	TRY(stream_begin(picked->gram->stream));
	stream_zero(picked->gram->stream, &picked->ledger, picked->ledger.size);
	TRY(stream_submit(picked->gram->stream, NULL));
	picked->num_kept = kept;
error:
	return result;
}

VkcResult picked_allocate(struct picked *picked, const struct walks *walks)
{
	VkcResult result;
	struct device *device = picked->gram->device;
	uint32_t kept = picked->wanted_kept;
	while (!picked->num_kept) {
		result = allocate_kept(picked, kept);
		if (result == VKC_SUCCESS)
			break;
		picked_reset(picked);
		/* Somebody else uses the device: fewer are kept. */
		if (result != VKC_ERROR_OUT_OF_DEVICE_MEMORY || kept <= walks->count)
			goto error;
		kept = kept / 2 > walks->count ? kept / 2 : walks->count;
	}
	TRY(need_wide(picked));
	TRY(buffer_create(device, BUFFER_DEVICE, false, work_bytes(picked, walks),
	                  "The list of rows that the walks need", &picked->work));
	TRY(buffer_create(device, BUFFER_STAGING, false, 2 * sizeof(uint32_t) * WORK_SNAPSHOT,
	                  "The snapshots of the walks", &picked->snapshots));
error:
	return result;
}

void picked_release(struct picked *picked)
{
	buffer_destroy(picked->gram->device, &picked->work);
	buffer_destroy(picked->gram->device, &picked->snapshots);
}

/* ---- Steps ---------------------------------------------------------------------- */

VkcResult picked_start(struct picked *picked)
{
	VkcResult result;
	struct stream *stream = picked->gram->stream;
	TRY(stream_begin(stream));
	stream_zero(stream, &picked->work, WORK_LISTS * sizeof(uint32_t));
	TRY(stream_submit(stream, NULL));
error:
	return result;
}

/* Workgroups along a row, of a block of rows that is full. */
static uint32_t groups_along(const struct picked *picked, const struct shape *shape)
{
	return (rows_in_block(picked->gram->rows, 0) - 1) / shape->columns + 1;
}

static VkcResult record_plan(struct picked *picked, const struct walks *walks, bool listed,
                             uint32_t active)
{
	const struct shape four = four_shape(picked->gram->device);
	const struct shape wide = wide_shape(picked->gram->device);
	const struct plan_push push = {
		.counters = walks->counters,
		.orders = walks->orders,
		.list = listed ? walks->list : 0,
		.places = walks->places,
		.order_quads = walks->order_quads,
		.length = walks->length,
		.active = active,
		.items = picked->gram->rows->padded,
		.rows_kept = picked->num_kept,
		.rows_per_arena = picked->rows_per_arena,
		.num_arenas = picked->num_arenas,
		.most_rows = picked->most_rows,
		.wanted = WORK_LISTS + picked->most_rows * 2 * PICKED_MOST_ARENAS,
		.four_groups = groups_along(picked, &four),
		.wide_groups = groups_along(picked, &wide),
		.wide_rows = wide.rows,
		.wide_least = needs_wide(picked) ? wide.least : UINT32_MAX,
	};
	const struct binding bindings[] = {
		{.buffer = &walks->state}, {.buffer = &picked->ledger}, {.buffer = &picked->work}};
	return stream_dispatch(picked->gram->stream, &picked->plan, bindings, &push, 1, 1);
}

/* Computes what was listed of one arena, by rows of block a times rows of block b. */
static VkcResult record_rows(struct picked *picked, uint32_t arena, uint32_t a, uint32_t b)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = picked->gram->rows;
	struct stream *stream = picked->gram->stream;
	const struct rows_push push = {
		.a_item = a,
		.a_items = rows_in_block(rows, a),
		.quads = rows->quads,
		.column = b,
		.columns = rows_in_block(rows, b),
		.result_quads = rows->padded / 4,
		.arena = arena,
		.most_rows = picked->most_rows,
	};
	const struct binding bindings[] = {
		{.buffer = &rows->blocks[a / rows->rows_per_block]},
		{.buffer = &rows->blocks[b / rows->rows_per_block]},
		{.buffer = &picked->arenas[arena]},
		{.buffer = &picked->work},
	};
	const uint64_t wide = (WORK_ARENAS + arena * WORK_ARENA) * sizeof(uint32_t);
	const uint64_t fours = wide + WORK_FOURS * sizeof(uint32_t);
	if (needs_wide(picked))
		TRY(stream_dispatch_indirect(stream, &picked->wide, bindings, &push, &picked->work, wide));
	TRY(stream_dispatch_indirect(stream, &picked->four, bindings, &push, &picked->work, fours));
error:
	return result;
}

VkcResult picked_record(struct picked *picked, const struct walk_kernel *kernel,
                        const struct walks *walks, bool listed, uint32_t active, uint32_t steps,
                        unsigned turn)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = picked->gram->rows;
	struct stream *stream = picked->gram->stream;
	const struct walk_rows from = {
		.arenas = picked->arenas,
		.num_arenas = picked->num_arenas,
		.rows_per_arena = picked->rows_per_arena,
		.placed = true,
	};
	const uint64_t walking = WORK_WALKS * sizeof(uint32_t);
	stream_update(stream, &picked->work, WORK_BUDGET * sizeof(uint32_t), &picked->most_rows,
	              sizeof(uint32_t));
	stream_barrier(stream);
	for (uint32_t s = 0; s < steps; s++) {
		TRY(record_plan(picked, walks, listed, active));
		stream_barrier(stream);
		for (uint32_t arena = 0; arena < picked->num_arenas; arena++)
			for (uint32_t a = 0; a < rows->padded; a += rows_in_block(rows, a))
				for (uint32_t b = 0; b < rows->padded; b += rows_in_block(rows, b))
					TRY(record_rows(picked, arena, a, b));
		stream_barrier(stream);
		TRY(walk_kernel_record_indirect(kernel, picked->gram, walks, &from, listed,
		                                &picked->work, walking));
		stream_barrier(stream);
	}
	const uint64_t size = WORK_SNAPSHOT * sizeof(uint32_t);
	stream_copy(stream, &picked->work, 0, &picked->snapshots, turn * size, size);
error:
	return result;
}

VkcResult picked_taken(struct picked *picked, unsigned turn, uint32_t *steps)
{
	const uint64_t size = WORK_SNAPSHOT * sizeof(uint32_t);
	const uint32_t *words = picked->snapshots.mapped;
	*steps = 0;
	VkcResult result = buffer_invalidate(picked->gram->device, &picked->snapshots, turn * size,
	                                     size);
	if (result == VKC_SUCCESS)
		*steps = words[turn * WORK_SNAPSHOT + WORK_STEPS];
	return result;
}
