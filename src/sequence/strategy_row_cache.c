/* SPDX-License-Identifier: MIT */
#include "sequence/strategy_row_cache.h"

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

static const struct gram_kernel *choose_kernel(const struct row_cache_strategy *self,
                                               enum gram_variant variant)
{
	return gram_kernels_choose(&self->gram->kernels, variant, self->gram->rows->quads);
}

/* Whether a step may list enough rows for the many-row kernel. */
static bool lists_many(const struct row_cache_strategy *self)
{
	return self->max_rows >= choose_kernel(self, GRAM_LISTED)->min_rows;
}

static VkcResult get_kernel(struct row_cache_strategy *self, enum gram_variant variant,
                            const struct kernel **kernel)
{
	return gram_kernels_get(&self->gram->kernels, choose_kernel(self, variant), variant,
	                        sizeof(struct listed_rows_push), kernel);
}

static VkcResult begin(struct strategy *strategy)
{
	VkcResult result;
	struct row_cache_strategy *self = of(strategy);
	struct device *device = &self->gram->engine->device;
	const struct kernel *few;
	TRY(get_kernel(self, GRAM_LISTED_FEW, &few));
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
		/* The row of the current step, and one more to cache. */
		.bytes = 2 * row_cache_row_bytes(cache),
		.max_walks = row_cache_max_rows(cache),
		.group = step_kernel_group(cache->engine, cache->rows),
	};
}

/* Maximum number of rows per submission. */
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
	self->max_rows = max_submitted_rows(self, walks);
	/* The other buffer allocated here, plus slack for rounding. */
	const uint64_t others = work_bytes(self, walks) + (1u << 16);
	const uint64_t available = budget_for_walks(&engine->budget);
	budget_pin(&engine->budget, &self->cache, true);
	/* A step may need one row per walk. */
	TRY(row_cache_resize(&self->cache, walks->count, max_rows,
	                     available > others ? available - others : 0));
	/* For each row the planning kernel scans all slots, with at least 32 invocations. */
	const uint32_t rows = profile_max_iterations(&engine->profile, self->cache.num_rows / 32 + 4);
	self->max_rows = min_u32(self->max_rows, rows ? rows : 1);
	const struct kernel *many;
	if (lists_many(self))
		TRY(get_kernel(self, GRAM_LISTED, &many));
	TRY(buffer_create(device, BUFFER_DEVICE, false, work_bytes(self, walks),
	                  "The list of rows that the walks need", &self->work));
	TRY(step_kernel_ensure(self->step, walks, self->cache.num_segments));
error:
	return result;
}

static void release(struct strategy *strategy)
{
	struct row_cache_strategy *self = of(strategy);
	struct engine *engine = self->gram->engine;
	buffer_destroy(&engine->device, &self->work);
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

/* Workgroups per row for a full block of rows. */
static uint32_t groups_along(const struct row_cache_strategy *self,
                             const struct gram_kernel *kernel)
{
	const uint32_t columns = gram_kernels_columns(&self->gram->kernels, kernel);
	return (rows_in_block(self->gram->rows, 0) - 1) / columns + 1;
}

static VkcResult record_plan(struct row_cache_strategy *self, const struct walk_range *range)
{
	const struct gram_kernel *few = choose_kernel(self, GRAM_LISTED_FEW);
	const struct gram_kernel *many = choose_kernel(self, GRAM_LISTED);
	const struct walks *walks = range->walks;
	const struct row_cache_plan_push push = {
		.state = walks->layout,
		.listed = range->listed,
		.order_length = walks->length,
		.num_walks = range->count,
		.padded = walks->rows->padded,
		.rows_kept = self->cache.num_rows,
		.rows_per_segment = self->cache.rows_per_segment,
		.num_segments = self->cache.num_segments,
		.max_rows = self->max_rows,
		.four_row_groups = groups_along(self, few),
		.many_row_groups = groups_along(self, many),
		.many_rows = many->rows,
		.many_rows_least = lists_many(self) ? many->min_rows : UINT32_MAX,
	};
	const struct binding bindings[] = {
		{.buffer = &walks->state}, {.buffer = &self->cache.lru}, {.buffer = &self->work}};
	return stream_dispatch(&self->gram->engine->stream, &self->plan, bindings, &push, 1, 1);
}

/* Records the computation of a segment's listed rows: rows of block a times rows of block b. */
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
	const struct kernel *kernel;
	if (lists_many(self)) {
		TRY(get_kernel(self, GRAM_LISTED, &kernel));
		TRY(stream_dispatch_indirect(stream, kernel, bindings, &push, &self->work,
		                             WORK_MANY(segment) * sizeof(uint32_t)));
	}
	TRY(get_kernel(self, GRAM_LISTED_FEW, &kernel));
	TRY(stream_dispatch_indirect(stream, kernel, bindings, &push, &self->work,
	                             WORK_FOUR(segment) * sizeof(uint32_t)));
error:
	return result;
}

/* If a step needs more rows than a submission may compute, the walks pause for some steps. */
static VkcResult record(struct strategy *strategy, const struct walk_range *range)
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
	const uint64_t dispatch_offset = WORK_WALKS * sizeof(uint32_t);
	stream_update(stream, &self->work, WORK_BUDGET * sizeof(uint32_t), &self->max_rows,
	              sizeof(uint32_t));
	stream_barrier(stream);
	for (uint32_t s = 0; s < range->steps; s++) {
		TRY(record_plan(self, range));
		stream_barrier(stream);
		for (uint32_t segment = 0; segment < self->cache.num_segments; segment++)
			for (uint32_t a = 0; a < rows->padded; a += rows_in_block(rows, a))
				for (uint32_t b = 0; b < rows->padded; b += rows_in_block(rows, b))
					TRY(record_rows(self, segment, a, b));
		stream_barrier(stream);
		TRY(step_kernel_record_indirect(self->step, &cached, range, &self->work, dispatch_offset));
		stream_barrier(stream);
	}
error:
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
		.record = record,
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
}
