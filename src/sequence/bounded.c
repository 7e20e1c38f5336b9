/* SPDX-License-Identifier: MIT */
#include "sequence/bounded.h"

#include <stdlib.h>
#include <string.h>

#include "interface/bounded.h"
#include "vulkan/shader_variant.h"

_Static_assert(sizeof(struct bounded_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");
_Static_assert(sizeof(struct bounded_coarse_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

/* Workgroups that share the contenders of one walk. */
#define RESOLVE_GROUPS 128

/* With more numbers of 15 bits times 30 an approximate score would not fit 63 bits. */
#define MAX_DIM (1u << 17)

void bounded_open(struct bounded *bounded, struct gram *gram)
{
	*bounded = (struct bounded){.gram = gram};
}

void bounded_reset(struct bounded *bounded)
{
	if (bounded->blocks)
		for (uint32_t b = 0; b < bounded->gram->rows->num_blocks; b++)
			buffer_destroy(bounded->gram->device, &bounded->blocks[b]);
	bounded_forget(bounded);
}

void bounded_forget(struct bounded *bounded)
{
	free(bounded->blocks);
	bounded->blocks = NULL;
	bounded->filled = false;
}

static void destroy_kernels(struct bounded *bounded)
{
	struct kernel *kernels[] = {&bounded->coarse, &bounded->choose, &bounded->update, &bounded->scan,
	                            &bounded->scan_one, &bounded->contenders, &bounded->resolve};
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		kernel_destroy(bounded->gram->device, kernels[i]);
}

void bounded_close(struct bounded *bounded)
{
	if (!bounded->gram)
		return;
	bounded_reset(bounded);
	destroy_kernels(bounded);
}

/* ---- Sizes ---------------------------------------------------------------------- */

static uint64_t coarse_bytes(const struct rows *rows, uint32_t num_rows)
{
	return (uint64_t)num_rows * rows->quads * 8;
}

static uint64_t centroid_quads(const struct rows *rows)
{
	return CENTROID_QUADS((uint64_t)rows->quads, (uint64_t)rows->padded);
}

static uint64_t work_words(const struct rows *rows)
{
	return CONTENDERS_WORDS((uint64_t)rows->padded);
}

uint64_t bounded_walk_bytes(const struct bounded *bounded)
{
	const struct rows *rows = bounded->gram->rows;
	return centroid_quads(rows) * 16 + work_words(rows) * 4;
}

uint64_t bounded_walk_range(const struct bounded *bounded)
{
	const struct rows *rows = bounded->gram->rows;
	uint64_t centroid = centroid_quads(rows) * 16;
	uint64_t work = work_words(rows) * 4;
	return centroid > work ? centroid : work;
}

/* Invocations of the kernels that go through all scores of a walk; 0 = their loops would take more
 * turns than a driver allows. */
static uint32_t wide_group(const struct bounded *bounded)
{
	const struct limits *limits = &bounded->gram->device->limits;
	/* A CPU driver pays for every subgroup at every barrier. */
	uint32_t group = limits->cpu ? 32 : 128;
	/* bounded_contenders takes four items a turn, twice; then it goes through the four, and up to 16
	 * invocations that go together wait for each other. */
	const uint64_t turns = (uint64_t)bounded->gram->rows->padded / 4 * 24;
	while (group < 128 && turns / group > limits->max_loop_turns)
		group *= 2;
	return turns / group <= limits->max_loop_turns ? group : 0;
}

bool bounded_fits(const struct bounded *bounded)
{
	const struct rows *rows = bounded->gram->rows;
	const struct device *device = bounded->gram->device;
	uint64_t needed = bounded->blocks ? 0 : coarse_bytes(rows, rows->padded);
	/* A walk's state, twice for its staging, and some for rounding up. */
	needed += bounded_walk_bytes(bounded) + 32 * (uint64_t)rows->padded + (1u << 16);
	return rows->dim <= MAX_DIM && wide_group(bounded) > 0 &&
	       bounded_walk_range(bounded) <= device->limits.storage_range &&
	       device->memory_used + needed <= device->memory_limit / 8 * 7;
}

/* At least the square root. */
static uint32_t root_above(uint32_t number)
{
	uint32_t root = 1;
	while ((uint64_t)root * root < number)
		root++;
	return root;
}

/* ---- Kernels -------------------------------------------------------------------- */

static VkcResult make(struct bounded *bounded, struct kernel *kernel, const char *bindings,
                      uint32_t group, const char *name)
{
	VkcResult result;
	struct kernel_source source = {
		.push_bytes = sizeof(struct bounded_push),
		.constants = {group, (uint32_t)bounded->shift},
		.num_constants = 2,
	};
	TRY(variant_find(bounded->gram->device, &source, "bounded_%s", name));
	memcpy(source.bindings, bindings, strlen(bindings) + 1);
	TRY(kernel_create(bounded->gram->device, &source, kernel));
error:
	return result;
}

/* Invocations of the kernels that read rows. */
static uint32_t narrow_group(const struct device *device)
{
	return device->limits.cpu ? 8 : 64;
}

static VkcResult need_kernels(struct bounded *bounded, int shift)
{
	VkcResult result = VKC_SUCCESS;
	const struct device *device = bounded->gram->device;
	const uint32_t wide = wide_group(bounded);
	if (bounded->resolve.pipeline && bounded->shift == shift && bounded->wide == wide)
		return VKC_SUCCESS;
	destroy_kernels(bounded);
	bounded->shift = shift;
	bounded->wide = wide;
	const bool texel = device->limits.texel_elements > 0;
	const char *integers = variant_integers(device);
	const char *loads = variant_loads(device);
	const uint32_t narrow = narrow_group(device);
	struct kernel_source coarse = {.push_bytes = sizeof(struct bounded_coarse_push),
	                               .bindings = "ss"};
	char name[48];
	TRY(variant_find(bounded->gram->device, &coarse, "bounded_coarse"));
	TRY(kernel_create(bounded->gram->device, &coarse, &bounded->coarse));
	snprintf(name, sizeof(name), "choose_%s_%s", integers, variant_reduction(device));
	TRY(make(bounded, &bounded->choose, "sss", wide, name));
	snprintf(name, sizeof(name), "update_%s", integers);
	TRY(make(bounded, &bounded->update, "sss", wide, name));
	snprintf(name, sizeof(name), "scan_%s_%s_4", integers, loads);
	TRY(make(bounded, &bounded->scan, texel ? "ttss" : "ssss", narrow, name));
	snprintf(name, sizeof(name), "scan_%s_%s_1", integers, loads);
	TRY(make(bounded, &bounded->scan_one, texel ? "ttss" : "ssss", narrow, name));
	snprintf(name, sizeof(name), "contenders_%s_%s", integers, variant_reduction(device));
	TRY(make(bounded, &bounded->contenders, "sss", wide, name));
	snprintf(name, sizeof(name), "resolve_%s_%s", integers, loads);
	TRY(make(bounded, &bounded->resolve, texel ? "ttss" : "ssss", narrow, name));
error:
	return result;
}

/* ---- Coarse rows ------------------------------------------------------------------ */

static VkcResult allocate_coarse(struct bounded *bounded)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = bounded->gram->device;
	const struct rows *rows = bounded->gram->rows;
	bounded->blocks = calloc(rows->num_blocks, sizeof(*bounded->blocks));
	if (!bounded->blocks)
		return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left to describe the coarse rows: free "
		                 "some.");
	for (uint32_t b = 0; b < rows->num_blocks; b++)
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  coarse_bytes(rows, rows_in_block(rows, b * rows->rows_per_block)),
		                  "The coarse rows", &bounded->blocks[b]));
error:
	return result;
}

static VkcResult fill_coarse(struct bounded *bounded)
{
	VkcResult result;
	struct stream *stream = bounded->gram->stream;
	const struct rows *rows = bounded->gram->rows;
	/* The fewest bits that bring the largest number within 16 bits, its rounding too. */
	bounded->coarse_shift = 1;
	while (((int64_t)rows->largest + (1ll << (bounded->coarse_shift - 1))) >> bounded->coarse_shift >
	       INT16_MAX)
		bounded->coarse_shift++;
	TRY(stream_begin(stream));
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		const struct binding bindings[] = {{.buffer = &rows->blocks[b]},
		                                   {.buffer = &bounded->blocks[b]}};
		struct bounded_coarse_push push = {.count = (uint32_t)(bounded->blocks[b].size / 16),
		                                   .shift = bounded->coarse_shift,
		                                   .quads = rows->quads};
		while (push.first < push.count) {
			uint32_t groups = (push.count - push.first - 1) / BOUNDED_COARSE_INVOCATIONS + 1;
			if (groups > bounded->gram->device->limits.group_count)
				groups = bounded->gram->device->limits.group_count;
			TRY(stream_dispatch(stream, &bounded->coarse, bindings, &push, groups, 1));
			push.first += groups * BOUNDED_COARSE_INVOCATIONS;
		}
	}
	TRY(stream_submit(stream, NULL));
	TRY(stream_drain(stream));
	bounded->filled = true;
error:
	return result;
}

VkcResult bounded_begin(struct bounded *bounded, int shift)
{
	VkcResult result;
	TRY(need_kernels(bounded, shift));
	if (!bounded->filled) {
		TRY(allocate_coarse(bounded));
		TRY(fill_coarse(bounded));
	}
error:
	if (result != VKC_SUCCESS) {
		(void)stream_drain(bounded->gram->stream);
		bounded_reset(bounded);
	}
	return result;
}

VkcResult bounded_allocate(struct bounded *bounded, const struct walks *walks)
{
	VkcResult result;
	struct device *device = bounded->gram->device;
	const struct rows *rows = bounded->gram->rows;
	TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
	                  walks->count * centroid_quads(rows) * 16, "The centroids of the walks",
	                  &bounded->centroids));
	TRY(buffer_create(device, BUFFER_DEVICE, false, walks->count * work_words(rows) * 4,
	                  "The contenders of the walks", &bounded->work));
error:
	return result;
}

void bounded_release(struct bounded *bounded)
{
	buffer_destroy(bounded->gram->device, &bounded->centroids);
	buffer_destroy(bounded->gram->device, &bounded->work);
}

/* ---- Steps ---------------------------------------------------------------------- */

VkcResult bounded_start(struct bounded *bounded, const struct walks *walks)
{
	VkcResult result;
	const struct rows *rows = bounded->gram->rows;
	struct stream *stream = bounded->gram->stream;
	TRY(stream_begin(stream));
	stream_zero(stream, &bounded->centroids, walks->count * centroid_quads(rows) * 16);
	stream_zero(stream, &bounded->work, walks->count * work_words(rows) * 4);
	TRY(stream_submit(stream, NULL));
error:
	return result;
}

/* Records the dispatches of one kernel for every block of rows. */
static VkcResult update_all(struct bounded *bounded, const struct walks *walks,
                            struct bounded_push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = bounded->gram->rows;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		push->a_item = b * rows->rows_per_block;
		push->a_items = rows_in_block(rows, push->a_item);
		const struct binding bindings[] = {
			{.buffer = &walks->state}, {.buffer = &bounded->centroids}, {.buffer = &rows->blocks[b]}};
		TRY(stream_dispatch(bounded->gram->stream, &bounded->update, bindings, push, walks->count, 1));
		/* The one that holds the row moves the counters, which the others read. */
		stream_barrier(bounded->gram->stream);
	}
error:
	return result;
}

static VkcResult scan_all(struct bounded *bounded, const struct walks *walks,
                          struct bounded_push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = bounded->gram->rows;
	const uint32_t items_per_group = narrow_group(bounded->gram->device) * BOUNDED_SCAN_ITEMS;
	const bool one = walks->count == 1;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		push->a_item = b * rows->rows_per_block;
		push->a_items = rows_in_block(rows, push->a_item);
		const struct binding bindings[] = {{.buffer = &bounded->blocks[b]},
		                                   {.buffer = &bounded->centroids},
		                                   {.buffer = &walks->state},
		                                   {.buffer = &bounded->work}};
		TRY(stream_dispatch(bounded->gram->stream, one ? &bounded->scan_one : &bounded->scan, bindings, push,
		                    (push->a_items - 1) / items_per_group + 1,
		                    one ? 1 : (walks->count - 1) / 4 + 1));
	}
error:
	return result;
}

static VkcResult resolve_all(struct bounded *bounded, const struct walks *walks,
                             struct bounded_push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = bounded->gram->rows;
	for (uint32_t a = 0; a < rows->num_blocks; a++) {
		for (uint32_t b = 0; b < rows->num_blocks; b++) {
			push->a_item = a * rows->rows_per_block;
			push->a_items = rows_in_block(rows, push->a_item);
			push->b_item = b * rows->rows_per_block;
			push->b_items = rows_in_block(rows, push->b_item);
			const struct binding bindings[] = {{.buffer = &rows->blocks[a]},
			                                   {.buffer = &rows->blocks[b]},
			                                   {.buffer = &walks->state},
			                                   {.buffer = &bounded->work}};
			TRY(stream_dispatch(bounded->gram->stream, &bounded->resolve, bindings, push,
			                    RESOLVE_GROUPS, walks->count));
			stream_barrier(bounded->gram->stream);
		}
	}
error:
	return result;
}

/* Terms of exact scores that a walk may add in a step, all its contenders together. */
static uint32_t max_terms(const struct bounded *bounded, const struct walks *walks)
{
	const struct device *device = bounded->gram->device;
	const uint64_t products = device->limits.cpu ? 1ull << 30 : 1ull << 33;
	if (device->tuning.bounded_terms)
		return device->tuning.bounded_terms;
	uint64_t terms = products / ((uint64_t)bounded->gram->rows->dim * walks->count);
	return terms < 1 ? 1 : terms < UINT32_MAX ? (uint32_t)terms
	                                          : UINT32_MAX;
}

/* How many terms an invocation of bounded_resolve adds in turn: each at worst of another contender,
 * whose sums are added up then. */
static uint32_t resolve_rounds(const struct bounded *bounded)
{
	const struct device *device = bounded->gram->device;
	const uint32_t turns = bounded->gram->rows->quads + narrow_group(device) + 3;
	const uint32_t rounds = device->limits.max_loop_turns / turns;
	return rounds ? rounds : 1;
}

VkcResult bounded_record(struct bounded *bounded, const struct walks *walks, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct stream *stream = bounded->gram->stream;
	const struct rows *rows = bounded->gram->rows;
	struct bounded_push push = {
		.state = walks->layout,
		.items = rows->num_rows,
		.padded = rows->padded,
		.quads = rows->quads,
		.order_length = walks->length,
		.prefix_length = walks->prefix_length,
		.coarse_shift = bounded->coarse_shift,
		.root = root_above(rows->dim),
		.num_walks = walks->count,
		.max_terms = max_terms(bounded, walks),
		.resolve_groups = RESOLVE_GROUPS,
		.resolve_width = narrow_group(bounded->gram->device),
		.resolve_rounds = resolve_rounds(bounded),
	};
	push.coarse_norm = (1u << (30 - bounded->coarse_shift)) + push.root;
	const struct binding choose[] = {
		{.buffer = &walks->state}, {.buffer = &bounded->centroids}, {.buffer = &bounded->work}};
	for (uint32_t s = 0; s < steps; s++) {
		TRY(stream_dispatch(bounded->gram->stream, &bounded->choose, choose, &push, walks->count, 1));
		stream_barrier(stream);
		TRY(update_all(bounded, walks, &push));
		TRY(scan_all(bounded, walks, &push));
		stream_barrier(stream);
		TRY(stream_dispatch(bounded->gram->stream, &bounded->contenders, choose, &push, walks->count, 1));
		stream_barrier(stream);
		TRY(resolve_all(bounded, walks, &push));
	}
error:
	return result;
}
