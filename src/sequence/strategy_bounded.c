/* SPDX-License-Identifier: MIT */
#include "sequence/strategy_bounded.h"

#include <string.h>

#include "base/minmax.h"
#include "interface/bounded.h"
#include "matrix/gram.h"
#include "sequence/step_kernel.h"
#include "vulkan/shader_variant.h"

/* Workgroups that share the contenders of one walk. */
#define RESOLVE_GROUPS 128

/* With more elements (15 by 30 bits per product), an approximate score would exceed 63 bits. */
#define MAX_DIM (1u << 17)

_Static_assert(sizeof(struct bounded_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

static struct bounded_strategy *of(const struct strategy *strategy)
{
	return (struct bounded_strategy *)strategy;
}

static void destroy_kernels(struct bounded_strategy *self)
{
	struct kernel *kernels[] = {&self->choose, &self->update, &self->scan,
	                            &self->scan_one, &self->contenders, &self->resolve};
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		kernel_destroy(&self->engine->device, kernels[i]);
}

/* ---- Sizes ---------------------------------------------------------------------- */

/* Invocations of the kernels that scan all scores of a walk; 0 if their loops would exceed the
 * driver's limit. */
static uint32_t choose_reduce_group(const struct bounded_strategy *self)
{
	/* bounded_contenders makes two passes with four items per iteration, then loops over the four,
	 * while up to 16 invocations in lockstep wait for each other. */
	const uint64_t iterations = (uint64_t)self->rows->padded / 4 * 24;
	return profile_group_for_loop(&self->engine->profile, iterations,
	                              self->engine->profile.reduce_group, 128);
}

static uint64_t centroid_quads(const struct rows *rows)
{
	return CENTROID_QUADS((uint64_t)rows->quads, (uint64_t)rows->padded);
}

static uint64_t work_words(const struct rows *rows)
{
	return CONTENDERS_WORDS((uint64_t)rows->padded);
}

static uint64_t largest_buffer(const struct rows *rows)
{
	return max_u64(centroid_quads(rows) * 16, work_words(rows) * 4);
}

static struct walk_cost walk_cost(const struct strategy *strategy)
{
	const struct bounded_strategy *self = of(strategy);
	return (struct walk_cost){
		.bytes = centroid_quads(self->rows) * 16 + work_words(self->rows) * 4,
		.largest_buffer = largest_buffer(self->rows),
		/* The smallest submission is one step of all walks. */
		.max_walks = gram_rows_per_submission(self->engine, self->rows),
		.group = choose_reduce_group(self),
	};
}

bool bounded_strategy_fits(const struct bounded_strategy *self)
{
	const struct rows *rows = self->rows;
	/* The budget counts what they hold already as available. */
	uint64_t needed = coarse_rows_bytes(&self->coarse);
	/* A walk's state, doubled for the staging buffer, plus slack for rounding. */
	needed += walk_cost(&self->strategy).bytes + 32 * (uint64_t)rows->padded + (1u << 16);
	/* The centroid's numbers have a common exponent. */
	return !rows->weights.exponents && rows->dim <= MAX_DIM && choose_reduce_group(self) > 0 &&
	       largest_buffer(rows) <= self->engine->device.limits.storage_range &&
	       needed <= budget_for_walks(&self->engine->budget);
}

/* The square root, rounded up. */
static uint32_t ceil_sqrt(uint32_t number)
{
	uint32_t root = 1;
	while ((uint64_t)root * root < number)
		root++;
	return root;
}

/* ---- Kernels -------------------------------------------------------------------- */

static VkcResult create_kernel(struct bounded_strategy *self, struct kernel *kernel,
                               const char *bindings, uint32_t group, const char *name)
{
	VkcResult result;
	struct kernel_source source = {
		.push_bytes = sizeof(struct bounded_push),
		/* With the numbers that they have in walk.comp. */
		.constants = {group, self->shift, OBJECTIVE_CENTROID_FARTHEST, false, 0, self->integers},
		.num_constants = 6,
	};
	TRY(variant_find(&self->engine->device, &source, "bounded_%s", name));
	memcpy(source.bindings, bindings, strlen(bindings) + 1);
	TRY(kernel_create(&self->engine->device, &source, kernel));
error:
	return result;
}

static VkcResult ensure_kernels(struct bounded_strategy *self)
{
	VkcResult result = VKC_SUCCESS;
	const uint32_t shift = walks_term_shift(self->rows);
	const struct device *device = &self->engine->device;
	const uint32_t reduce_group = choose_reduce_group(self);
	if (self->resolve.pipeline && self->shift == shift && self->reduce_group == reduce_group)
		return VKC_SUCCESS;
	destroy_kernels(self);
	self->shift = shift;
	self->reduce_group = reduce_group;
	const bool texel = device->limits.texel_elements > 0;
	const char *integers = variant_integers(device);
	const char *loads = variant_loads(device);
	const uint32_t scan_group = self->engine->profile.scan_group;
	char name[48];
	snprintf(name, sizeof(name), "update_%s", integers);
	TRY(create_kernel(self, &self->update, "sss", reduce_group, name));
	snprintf(name, sizeof(name), "scan_%s_%s_4", integers, loads);
	TRY(create_kernel(self, &self->scan, texel ? "ttss" : "ssss", scan_group, name));
	snprintf(name, sizeof(name), "scan_%s_%s_1", integers, loads);
	TRY(create_kernel(self, &self->scan_one, texel ? "ttss" : "ssss", scan_group, name));
	snprintf(name, sizeof(name), "contenders_%s_%s", integers, variant_reduction(device));
	TRY(create_kernel(self, &self->contenders, "sss", reduce_group, name));
	snprintf(name, sizeof(name), "resolve_%s_%s", integers, loads);
	TRY(create_kernel(self, &self->resolve, texel ? "ttss" : "ssss", scan_group, name));
error:
	return result;
}

/* The kernel that depends on the walks, too. */
static VkcResult ensure_choose(struct bounded_strategy *self, const struct walks *walks)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = &self->engine->device;
	const bool integers = walks->integers != NULL;
	char name[48];
	if (self->choose.pipeline && self->integers == integers)
		return VKC_SUCCESS;
	kernel_destroy(device, &self->choose);
	self->integers = integers;
	snprintf(name, sizeof(name), "choose_%s_%s", variant_integers(device),
	         variant_reduction(device));
	TRY(create_kernel(self, &self->choose, "sss", self->reduce_group, name));
error:
	return result;
}

/* ---- Memory --------------------------------------------------------------------- */

static VkcResult begin(struct strategy *strategy)
{
	VkcResult result;
	struct bounded_strategy *self = of(strategy);
	budget_pin(&self->engine->budget, &self->coarse, true);
	TRY(ensure_kernels(self));
	TRY(coarse_rows_ensure(&self->coarse));
error:
	return result;
}

static VkcResult prepare(struct strategy *strategy, const struct walks *walks, uint64_t max_rows)
{
	VkcResult result;
	struct bounded_strategy *self = of(strategy);
	struct device *device = &self->engine->device;
	const struct rows *rows = self->rows;
	(void)max_rows;
	TRY(ensure_choose(self, walks));
	TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
	                  walks->count * centroid_quads(rows) * 16, "The centroids of the walks",
	                  &self->centroids));
	TRY(buffer_create(device, BUFFER_DEVICE, false, walks->count * work_words(rows) * 4,
	                  "The contenders of the walks", &self->work));
error:
	return result;
}

static void release(struct strategy *strategy)
{
	struct bounded_strategy *self = of(strategy);
	buffer_destroy(&self->engine->device, &self->centroids);
	buffer_destroy(&self->engine->device, &self->work);
	budget_pin(&self->engine->budget, &self->coarse, false);
}

/* ---- Steps ---------------------------------------------------------------------- */

static VkcResult start(struct strategy *strategy, const struct walks *walks)
{
	VkcResult result;
	struct bounded_strategy *self = of(strategy);
	const struct rows *rows = self->rows;
	struct stream *stream = &self->engine->stream;
	TRY(stream_begin(stream));
	stream_zero(stream, &self->centroids, walks->count * centroid_quads(rows) * 16);
	stream_zero(stream, &self->work, walks->count * work_words(rows) * 4);
	TRY(stream_submit(stream, NULL));
error:
	return result;
}

/* Records `update` for every block of rows. */
static VkcResult update_all(struct bounded_strategy *self, const struct walks *walks,
                            struct bounded_push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = self->rows;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		push->a_item = b * rows->rows_per_block;
		push->a_items = rows_in_block(rows, push->a_item);
		const struct binding bindings[] = {
			{.buffer = &walks->state}, {.buffer = &self->centroids}, {.buffer = &rows->blocks[b]}};
		TRY(stream_dispatch(&self->engine->stream, &self->update, bindings, push, walks->count, 1));
		/* The dispatch whose block contains the row advances the counters that the others read. */
		stream_barrier(&self->engine->stream);
	}
error:
	return result;
}

static VkcResult scan_all(struct bounded_strategy *self, const struct walks *walks,
                          struct bounded_push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = self->rows;
	const uint32_t items_per_group = self->engine->profile.scan_group * BOUNDED_SCAN_ITEMS;
	const bool one = walks->count == 1;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		push->a_item = b * rows->rows_per_block;
		push->a_items = rows_in_block(rows, push->a_item);
		const struct binding bindings[] = {{.buffer = &self->coarse.blocks[b]},
		                                   {.buffer = &self->centroids},
		                                   {.buffer = &walks->state},
		                                   {.buffer = &self->work}};
		TRY(stream_dispatch(&self->engine->stream, one ? &self->scan_one : &self->scan, bindings,
		                    push, (push->a_items - 1) / items_per_group + 1,
		                    one ? 1 : (walks->count - 1) / 4 + 1));
	}
error:
	return result;
}

static VkcResult resolve_all(struct bounded_strategy *self, const struct walks *walks,
                             struct bounded_push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = self->rows;
	for (uint32_t a = 0; a < rows->num_blocks; a++) {
		for (uint32_t b = 0; b < rows->num_blocks; b++) {
			push->a_item = a * rows->rows_per_block;
			push->a_items = rows_in_block(rows, push->a_item);
			push->b_item = b * rows->rows_per_block;
			push->b_items = rows_in_block(rows, push->b_item);
			const struct binding bindings[] = {{.buffer = &rows->blocks[a]},
			                                   {.buffer = &rows->blocks[b]},
			                                   {.buffer = &walks->state},
			                                   {.buffer = &self->work}};
			TRY(stream_dispatch(&self->engine->stream, &self->resolve, bindings, push,
			                    RESOLVE_GROUPS, walks->count));
			stream_barrier(&self->engine->stream);
		}
	}
error:
	return result;
}

/* Terms that a walk may add to the exact scores of all its contenders per step. */
static uint32_t max_terms(const struct bounded_strategy *self, const struct walks *walks)
{
	const struct device *device = &self->engine->device;
	if (device->tuning.bounded_terms)
		return device->tuning.bounded_terms;
	uint64_t terms =
		self->engine->profile.score_products / ((uint64_t)self->rows->dim * walks->count);
	return terms < 1 ? 1 : terms < UINT32_MAX ? (uint32_t)terms
	                                          : UINT32_MAX;
}

/* Terms that an invocation of bounded_resolve adds in sequence. At worst, each belongs to a
 * different contender and requires a reduction. */
static uint32_t resolve_rounds(const struct bounded_strategy *self)
{
	const uint32_t iterations = self->rows->quads + self->engine->profile.scan_group + 3;
	const uint32_t rounds = profile_max_iterations(&self->engine->profile, iterations);
	return rounds ? rounds : 1;
}

/* A walk that has many terms to add to exact scores pauses for some steps. */
static VkcResult record(struct strategy *strategy, const struct walk_range *range)
{
	VkcResult result = VKC_SUCCESS;
	struct bounded_strategy *self = of(strategy);
	const struct walks *walks = range->walks;
	struct stream *stream = &self->engine->stream;
	const struct rows *rows = self->rows;
	struct bounded_push push = {
		.state = walks->layout,
		.error = walks_score_error(walks),
		.items = rows->num_rows,
		.padded = rows->padded,
		.quads = rows->quads,
		.order_length = walks->length,
		.prefix_length = walks->prefix_length,
		.coarse_shift = self->coarse.shift,
		.root = ceil_sqrt(rows->dim),
		.num_walks = walks->count,
		.max_terms = max_terms(self, walks),
		.resolve_groups = RESOLVE_GROUPS,
		.resolve_width = self->engine->profile.scan_group,
		.resolve_rounds = resolve_rounds(self),
	};
	push.coarse_norm = (1u << (30 - self->coarse.shift)) + push.root;
	const struct binding choose[] = {
		{.buffer = &walks->state}, {.buffer = &self->centroids}, {.buffer = &self->work}};
	for (uint32_t s = 0; s < range->steps; s++) {
		TRY(stream_dispatch(&self->engine->stream, &self->choose, choose, &push, walks->count, 1));
		stream_barrier(stream);
		TRY(update_all(self, walks, &push));
		TRY(scan_all(self, walks, &push));
		stream_barrier(stream);
		TRY(stream_dispatch(&self->engine->stream, &self->contenders, choose, &push, walks->count,
		                    1));
		stream_barrier(stream);
		TRY(resolve_all(self, walks, &push));
	}
error:
	return result;
}

void bounded_strategy_open(struct bounded_strategy *bounded, struct engine *engine,
                           const struct rows *rows)
{
	static const struct strategy_ops ops = {
		.chooses_last = true,
		.prefix_steps_free = true,
		.begin = begin,
		.walk_cost = walk_cost,
		.prepare = prepare,
		.start = start,
		.record = record,
		.release = release,
	};
	*bounded = (struct bounded_strategy){
		.strategy = {.ops = &ops},
		.engine = engine,
		.rows = rows,
	};
	coarse_rows_open(&bounded->coarse, engine, rows);
}

void bounded_strategy_close(struct bounded_strategy *bounded)
{
	coarse_rows_close(&bounded->coarse);
	destroy_kernels(bounded);
}
