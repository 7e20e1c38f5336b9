/* SPDX-License-Identifier: MIT */
#include "sequence/strategy_row_cache.h"

#include <string.h>

#include "base/minmax.h"
#include "vulkan/shader_variant.h"

_Static_assert(sizeof(struct row_cache_plan_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

_Static_assert(sizeof(struct listed_rows_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

static struct row_cache_strategy *of(const struct strategy *strategy)
{
	return (struct row_cache_strategy *)strategy;
}

/* ---- Kernels -------------------------------------------------------------------- */

/* A kernel that computes listed rows. */
struct shape {
	uint32_t columns; /* of a workgroup */
	uint32_t rows;    /* that it computes at a time */
	uint32_t least;   /* from so many on it is quicker than fours */
};

/* Whether the wide kernel is gram_shared; else it holds its sums in named scalars. */
static bool in_shared(const struct device *device)
{
	if (device->tuning.gram == GRAM_SHARED || device->tuning.gram == GRAM_REGISTERS)
		return device->tuning.gram == GRAM_SHARED;
	return !device->limits.cpu;
}

static struct shape four_shape(const struct engine *engine)
{
	return (struct shape){.columns = engine->profile.scan_group * LISTED_COLUMNS, .rows = 4};
}

static struct shape wide_shape(const struct engine *engine)
{
	/* On lavapipe sixteen rows take as long as three fours; on an H100, 64 as two. */
	if (in_shared(&engine->device))
		return (struct shape){.columns = TILE, .rows = TILE, .least = 9};
	return (struct shape){.columns = engine->profile.scan_group * LISTED_COLUMNS, .rows = 16, .least = 13};
}

static bool needs_wide(const struct row_cache_strategy *self)
{
	return self->max_rows >= wide_shape(self->gram->engine).least;
}

/* The kernel with this name's end. */
static VkcResult need_rows_kernel(struct row_cache_strategy *self, struct kernel *kernel, const char *name,
                                  const char *kind)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = &self->gram->engine->device;
	if (kernel->pipeline)
		return VKC_SUCCESS;
	struct kernel_source source = {
		.push_bytes = sizeof(struct listed_rows_push),
		.constants = {self->gram->engine->profile.scan_group},
		.num_constants = 1,
	};
	TRY(variant_find(device, &source, "%s_%s_%s_%s", name, variant_integers(device),
	                 variant_loads(device), kind));
	memcpy(source.bindings, device->limits.texel_elements ? "ttss" : "ssss", 5);
	TRY(kernel_create(device, &source, kernel));
error:
	return result;
}

static VkcResult need_wide(struct row_cache_strategy *self)
{
	if (!needs_wide(self))
		return VKC_SUCCESS;
	if (in_shared(&self->gram->engine->device))
		return need_rows_kernel(self, &self->wide, "gram_shared", "listed");
	return need_rows_kernel(self, &self->wide, "gram_listed", "16");
}

static VkcResult begin(struct strategy *strategy)
{
	VkcResult result;
	struct row_cache_strategy *self = of(strategy);
	struct device *device = &self->gram->engine->device;
	TRY(need_rows_kernel(self, &self->four, "gram_listed", "4"));
	if (!self->plan.pipeline) {
		struct kernel_source source = {
			.push_bytes = sizeof(struct row_cache_plan_push),
			.bindings = "sss",
			.constants = {self->gram->engine->profile.reduce_group},
			.num_constants = 1,
		};
		TRY(variant_find(device, &source, "row_cache_plan_%s", variant_reduction(device)));
		TRY(kernel_create(device, &source, &self->plan));
	}
error:
	return result;
}

/* ---- Memory --------------------------------------------------------------------- */

static struct walk_cost walk_cost(const struct strategy *strategy)
{
	const struct row_cache *cache = &of(strategy)->cache;
	return (struct walk_cost){
		/* Its row, and another to keep. */
		.bytes = 2 * row_cache_row_bytes(cache),
		.max_walks = row_cache_max_rows(cache),
	};
}

/* How many rows a submission may compute. */
static uint32_t max_submitted_rows(const struct row_cache_strategy *self,
                                   const struct walks *walks)
{
	const struct engine *engine = self->gram->engine;
	const uint32_t tuned = engine->device.tuning.submit_rows;
	const uint32_t rows = tuned ? tuned : gram_rows_per_submission(engine, self->gram->rows);
	return min_u32(rows, walks->count);
}

static uint64_t work_bytes(const struct row_cache_strategy *self, const struct walks *walks)
{
	return WORK_WORDS((uint64_t)self->max_rows, walks->count) * sizeof(uint32_t);
}

static VkcResult prepare(struct strategy *strategy, const struct walks *walks, uint64_t max_rows)
{
	VkcResult result;
	struct row_cache_strategy *self = of(strategy);
	struct engine *engine = self->gram->engine;
	struct device *device = &engine->device;
	const uint64_t snapshot_bytes = 2 * sizeof(uint32_t) * WORK_HEAD;
	self->max_rows = max_submitted_rows(self, walks);
	/* What else is allocated here, and some for rounding up. */
	const uint64_t others = work_bytes(self, walks) + snapshot_bytes + (1u << 16);
	const uint64_t available = budget_for_walks(&engine->budget);
	budget_pin(&engine->budget, &self->cache, true);
	/* A step may need a row for each walk. */
	TRY(row_cache_resize(&self->cache, walks->count, max_rows,
	                     available > others ? available - others : 0));
	/* For each row the plan looks through all places, with 32 invocations at least. */
	const uint32_t rows = profile_max_iterations(&engine->profile, self->cache.num_rows / 32 + 4);
	self->max_rows = min_u32(self->max_rows, rows ? rows : 1);
	TRY(need_wide(self));
	TRY(buffer_create(device, BUFFER_DEVICE, false, work_bytes(self, walks),
	                  "The list of rows that the walks need", &self->work));
	TRY(buffer_create(device, BUFFER_STAGING, false, snapshot_bytes,
	                  "The snapshots of the walks", &self->snapshots));
	TRY(step_kernel_need(self->step, engine, self->gram->rows, self->cache.num_segments));
error:
	return result;
}

static void release(struct strategy *strategy)
{
	struct row_cache_strategy *self = of(strategy);
	struct engine *engine = self->gram->engine;
	buffer_destroy(&engine->device, &self->work);
	buffer_destroy(&engine->device, &self->snapshots);
	budget_pin(&engine->budget, &self->cache, false);
}

/* ---- Steps ---------------------------------------------------------------------- */

static VkcResult start(struct strategy *strategy, const struct walks *walks)
{
	VkcResult result;
	struct row_cache_strategy *self = of(strategy);
	struct stream *stream = &self->gram->engine->stream;
	(void)walks;
	TRY(stream_begin(stream));
	stream_zero(stream, &self->work, WORK_LISTS * sizeof(uint32_t));
	TRY(stream_submit(stream, NULL));
error:
	return result;
}

static uint64_t first_units(const struct strategy *strategy, const struct walks *walks)
{
	(void)strategy;
	return walks_first_units(walks);
}

/* Workgroups along a row, of a block of rows that is full. */
static uint32_t groups_along(const struct rows *rows, const struct shape *shape)
{
	return (rows_in_block(rows, 0) - 1) / shape->columns + 1;
}

static VkcResult record_plan(struct row_cache_strategy *self, const struct step_part *part)
{
	const struct shape four = four_shape(self->gram->engine);
	const struct shape wide = wide_shape(self->gram->engine);
	const struct walks *walks = part->walks;
	const struct row_cache_plan_push push = {
		.state = walks->layout,
		.listed = part->listed,
		.order_length = walks->length,
		.num_walks = part->count,
		.items = walks->rows->padded,
		.rows_kept = self->cache.num_rows,
		.rows_per_segment = self->cache.rows_per_segment,
		.num_segments = self->cache.num_segments,
		.max_rows = self->max_rows,
		.four_row_groups = groups_along(walks->rows, &four),
		.many_row_groups = groups_along(walks->rows, &wide),
		.many_rows = wide.rows,
		.many_rows_least = needs_wide(self) ? wide.least : UINT32_MAX,
	};
	const struct binding bindings[] = {
		{.buffer = &walks->state}, {.buffer = &self->cache.lru}, {.buffer = &self->work}};
	return stream_dispatch(&self->gram->engine->stream, &self->plan, bindings, &push, 1, 1);
}

/* Computes what was listed of one segment, by rows of block a times rows of block b. */
static VkcResult record_rows(struct row_cache_strategy *self, uint32_t segment, uint32_t a,
                             uint32_t b)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = self->gram->rows;
	struct stream *stream = &self->gram->engine->stream;
	const struct listed_rows_push push = {
		.a_item = a,
		.a_items = rows_in_block(rows, a),
		.quads = rows->quads,
		.column = b,
		.columns = rows_in_block(rows, b),
		.result_quads = rows->padded / 4,
		.segment = segment,
		.max_rows = self->max_rows,
	};
	const struct binding bindings[] = {
		{.buffer = &rows->blocks[a / rows->rows_per_block]},
		{.buffer = &rows->blocks[b / rows->rows_per_block]},
		{.buffer = &self->cache.segments[segment]},
		{.buffer = &self->work},
	};
	const uint64_t many = WORK_MANY(segment) * sizeof(uint32_t);
	const uint64_t four = WORK_FOUR(segment) * sizeof(uint32_t);
	if (needs_wide(self))
		TRY(stream_dispatch_indirect(stream, &self->wide, bindings, &push, &self->work, many));
	TRY(stream_dispatch_indirect(stream, &self->four, bindings, &push, &self->work, four));
error:
	return result;
}

/* Where a step needs more rows than a submission may compute, the walks stand still for some. */
static VkcResult record(struct strategy *strategy, const struct step_part *part)
{
	VkcResult result = VKC_SUCCESS;
	struct row_cache_strategy *self = of(strategy);
	const struct rows *rows = self->gram->rows;
	struct stream *stream = &self->gram->engine->stream;
	const struct row_segments cached = {
		.segments = self->cache.segments,
		.num_segments = self->cache.num_segments,
		.rows_per_segment = self->cache.rows_per_segment,
		.placed = true,
	};
	const uint64_t walking = WORK_WALKS * sizeof(uint32_t);
	stream_update(stream, &self->work, WORK_BUDGET * sizeof(uint32_t), &self->max_rows,
	              sizeof(uint32_t));
	stream_barrier(stream);
	for (uint32_t s = 0; s < part->steps; s++) {
		TRY(record_plan(self, part));
		stream_barrier(stream);
		for (uint32_t segment = 0; segment < self->cache.num_segments; segment++)
			for (uint32_t a = 0; a < rows->padded; a += rows_in_block(rows, a))
				for (uint32_t b = 0; b < rows->padded; b += rows_in_block(rows, b))
					TRY(record_rows(self, segment, a, b));
		stream_barrier(stream);
		TRY(step_kernel_record_indirect(self->step, &cached, part, &self->work, walking));
		stream_barrier(stream);
	}
	const uint64_t size = WORK_HEAD * sizeof(uint32_t);
	stream_copy(stream, &self->work, 0, &self->snapshots, part->turn * size, size);
error:
	return result;
}

static VkcResult progress(struct strategy *strategy, unsigned turn, uint32_t *steps)
{
	struct row_cache_strategy *self = of(strategy);
	const uint64_t size = WORK_HEAD * sizeof(uint32_t);
	const uint32_t *words = self->snapshots.mapped;
	*steps = 0;
	const VkcResult result =
		buffer_invalidate(&self->gram->engine->device, &self->snapshots, turn * size, size);
	if (result == VKC_SUCCESS)
		*steps = words[turn * WORK_HEAD + WORK_STEPS];
	return result;
}

void row_cache_strategy_open(struct row_cache_strategy *strategy, struct gram *gram,
                             struct step_kernel *step)
{
	static const struct strategy_ops ops = {
		.merges = true,
		.begin = begin,
		.walk_cost = walk_cost,
		.prepare = prepare,
		.start = start,
		.first_units = first_units,
		.record = record,
		.progress = progress,
		.release = release,
	};
	*strategy = (struct row_cache_strategy){
		.strategy = {.ops = &ops},
		.gram = gram,
		.step = step,
	};
	row_cache_open(&strategy->cache, gram->engine, gram->rows);
}

void row_cache_strategy_close(struct row_cache_strategy *strategy)
{
	struct device *device = &strategy->gram->engine->device;
	row_cache_reset(&strategy->cache);
	kernel_destroy(device, &strategy->plan);
	kernel_destroy(device, &strategy->wide);
	kernel_destroy(device, &strategy->four);
}
