/* SPDX-License-Identifier: MIT */
#include "sequence/bounded.h"

#include <stdlib.h>
#include <string.h>

#include "vulkan/shader_variant.h"

/* Workgroups that share the contenders of one walk. */
#define RESOLVE_GROUPS 128

/* With more numbers of 15 bits times 30 an approximate score would not fit 63 bits. */
#define MOST_DIM (1u << 17)

/* As declared in shaders/bounded.glsl. */
struct push {
	uint32_t items;
	uint32_t padded;
	uint32_t quads;
	uint32_t counters;
	uint32_t orders;
	uint32_t scores;
	uint32_t order_quads;
	uint32_t given;
	uint32_t length;
	uint32_t centroid_quads;
	uint32_t work_words;
	uint32_t coarse_shift;
	uint32_t root;
	uint32_t coarse_norm;
	uint32_t a_item;
	uint32_t a_items;
	uint32_t b_item;
	uint32_t b_items;
	uint32_t walks;
	uint32_t most_terms;
	uint32_t resolve_groups;
	uint32_t resolve_width;
	uint32_t resolve_rounds;
};

/* As declared in shaders/sequence/bounded_coarse.comp. */
struct coarse_push {
	uint32_t count;
	uint32_t shift;
	uint32_t first;
	uint32_t quads;
};

void lazy_open(struct lazy *lazy, struct gram *gram)
{
	*lazy = (struct lazy){.gram = gram};
}

void lazy_reset(struct lazy *lazy)
{
	if (lazy->blocks)
		for (uint32_t b = 0; b < lazy->gram->rows->num_blocks; b++)
			buffer_destroy(lazy->gram->device, &lazy->blocks[b]);
	lazy_forget(lazy);
}

void lazy_forget(struct lazy *lazy)
{
	free(lazy->blocks);
	lazy->blocks = NULL;
	lazy->filled = false;
}

static void destroy_kernels(struct lazy *lazy)
{
	struct kernel *kernels[] = {&lazy->coarse, &lazy->choose, &lazy->update, &lazy->scan,
	                            &lazy->scan_one, &lazy->contenders, &lazy->resolve};
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		kernel_destroy(lazy->gram->device, kernels[i]);
}

void lazy_close(struct lazy *lazy)
{
	if (!lazy->gram)
		return;
	lazy_reset(lazy);
	destroy_kernels(lazy);
}

/* ---- Sizes ---------------------------------------------------------------------- */

static uint64_t coarse_bytes(const struct rows *rows, uint32_t num_rows)
{
	return (uint64_t)num_rows * rows->quads * 8;
}

static uint64_t centroid_quads(const struct rows *rows)
{
	return 2 + 3 * (uint64_t)rows->quads + (rows->padded + 127) / 128;
}

static uint64_t work_words(const struct rows *rows)
{
	return 4 + 5 * (uint64_t)rows->padded + rows->padded / 2;
}

uint64_t lazy_walk_bytes(const struct lazy *lazy)
{
	const struct rows *rows = lazy->gram->rows;
	return centroid_quads(rows) * 16 + work_words(rows) * 4;
}

uint64_t lazy_walk_range(const struct lazy *lazy)
{
	const struct rows *rows = lazy->gram->rows;
	uint64_t centroid = centroid_quads(rows) * 16;
	uint64_t work = work_words(rows) * 4;
	return centroid > work ? centroid : work;
}

/* Invocations of the kernels that go through all scores of a walk; 0 = their loops would take more
 * turns than a driver allows. */
static uint32_t wide_group(const struct lazy *lazy)
{
	const struct limits *limits = &lazy->gram->device->limits;
	/* A CPU driver pays for every subgroup at every barrier. */
	uint32_t group = limits->cpu ? 32 : 128;
	/* bounded_contenders takes four items a turn, twice; then it goes through the four, and up to 16
	 * invocations that go together wait for each other. */
	const uint64_t turns = (uint64_t)lazy->gram->rows->padded / 4 * 24;
	while (group < 128 && turns / group > limits->most_loops)
		group *= 2;
	return turns / group <= limits->most_loops ? group : 0;
}

bool lazy_fits(const struct lazy *lazy)
{
	const struct rows *rows = lazy->gram->rows;
	const struct device *device = lazy->gram->device;
	uint64_t needed = lazy->blocks ? 0 : coarse_bytes(rows, rows->padded);
	/* A walk's state, twice for its staging, and some for rounding up. */
	needed += lazy_walk_bytes(lazy) + 32 * (uint64_t)rows->padded + (1u << 16);
	return rows->dim <= MOST_DIM && wide_group(lazy) > 0 &&
	       lazy_walk_range(lazy) <= device->limits.storage_range &&
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

static VkcResult make(struct lazy *lazy, struct kernel *kernel, const char *bindings,
                      uint32_t group, const char *name)
{
	VkcResult result;
	struct kernel_source source = {
		.push_bytes = sizeof(struct push),
		.constants = {group, (uint32_t)lazy->shift},
		.num_constants = 2,
	};
	TRY(variant_find(lazy->gram->device, &source, "bounded_%s", name));
	memcpy(source.bindings, bindings, strlen(bindings) + 1);
	TRY(kernel_create(lazy->gram->device, &source, kernel));
error:
	return result;
}

/* Invocations of the kernels that read rows. */
static uint32_t narrow_group(const struct device *device)
{
	return device->limits.cpu ? 8 : 64;
}

static VkcResult need_kernels(struct lazy *lazy, int shift)
{
	VkcResult result = VKC_SUCCESS;
	const struct device *device = lazy->gram->device;
	const uint32_t wide = wide_group(lazy);
	if (lazy->resolve.pipeline && lazy->shift == shift && lazy->wide == wide)
		return VKC_SUCCESS;
	destroy_kernels(lazy);
	lazy->shift = shift;
	lazy->wide = wide;
	const bool texel = device->limits.texel_elements > 0;
	const char *integers = variant_integers(device);
	const char *loads = variant_loads(device);
	const uint32_t narrow = narrow_group(device);
	struct kernel_source coarse = {.push_bytes = sizeof(struct coarse_push), .bindings = "ss"};
	char name[48];
	TRY(variant_find(lazy->gram->device, &coarse, "bounded_coarse"));
	TRY(kernel_create(lazy->gram->device, &coarse, &lazy->coarse));
	snprintf(name, sizeof(name), "choose_%s_%s", integers, variant_reduction(device));
	TRY(make(lazy, &lazy->choose, "sss", wide, name));
	snprintf(name, sizeof(name), "update_%s", integers);
	TRY(make(lazy, &lazy->update, "sss", wide, name));
	snprintf(name, sizeof(name), "scan_%s_%s_4", integers, loads);
	TRY(make(lazy, &lazy->scan, texel ? "ttss" : "ssss", narrow, name));
	snprintf(name, sizeof(name), "scan_%s_%s_1", integers, loads);
	TRY(make(lazy, &lazy->scan_one, texel ? "ttss" : "ssss", narrow, name));
	snprintf(name, sizeof(name), "contenders_%s_%s", integers, variant_reduction(device));
	TRY(make(lazy, &lazy->contenders, "sss", wide, name));
	snprintf(name, sizeof(name), "resolve_%s_%s", integers, loads);
	TRY(make(lazy, &lazy->resolve, texel ? "ttss" : "ssss", narrow, name));
error:
	return result;
}

/* ---- Coarse rows ------------------------------------------------------------------ */

static VkcResult allocate_coarse(struct lazy *lazy)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = lazy->gram->device;
	const struct rows *rows = lazy->gram->rows;
	lazy->blocks = calloc(rows->num_blocks, sizeof(*lazy->blocks));
	if (!lazy->blocks)
		return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "The host has no memory left to describe the coarse rows: free "
		                 "some.");
	for (uint32_t b = 0; b < rows->num_blocks; b++)
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
		                  coarse_bytes(rows, rows_in_block(rows, b * rows->rows_per_block)),
		                  "The coarse rows", &lazy->blocks[b]));
error:
	return result;
}

static VkcResult fill_coarse(struct lazy *lazy)
{
	VkcResult result;
	struct stream *stream = lazy->gram->stream;
	const struct rows *rows = lazy->gram->rows;
	/* The fewest bits that bring the largest number within 16 bits, its rounding too. */
	lazy->coarse_shift = 1;
	while (((int64_t)rows->largest + (1ll << (lazy->coarse_shift - 1))) >> lazy->coarse_shift >
	       INT16_MAX)
		lazy->coarse_shift++;
	TRY(stream_begin(stream));
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		const struct binding bindings[] = {{.buffer = &rows->blocks[b]},
		                                   {.buffer = &lazy->blocks[b]}};
		struct coarse_push push = {.count = (uint32_t)(lazy->blocks[b].size / 16),
		                           .shift = lazy->coarse_shift,
		                           .quads = rows->quads};
		while (push.first < push.count) {
			uint32_t groups = (push.count - push.first + 63) / 64;
			if (groups > lazy->gram->device->limits.group_count)
				groups = lazy->gram->device->limits.group_count;
			TRY(stream_dispatch(stream, &lazy->coarse, bindings, &push, groups, 1));
			push.first += groups * 64;
		}
	}
	TRY(stream_submit(stream, NULL));
	TRY(stream_drain(stream));
	lazy->filled = true;
error:
	return result;
}

VkcResult lazy_begin(struct lazy *lazy, int shift)
{
	VkcResult result;
	TRY(need_kernels(lazy, shift));
	if (!lazy->filled) {
		TRY(allocate_coarse(lazy));
		TRY(fill_coarse(lazy));
	}
error:
	if (result != VKC_SUCCESS) {
		(void)stream_drain(lazy->gram->stream);
		lazy_reset(lazy);
	}
	return result;
}

VkcResult lazy_allocate(struct lazy *lazy, const struct walks *walks)
{
	VkcResult result;
	struct device *device = lazy->gram->device;
	const struct rows *rows = lazy->gram->rows;
	TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0,
	                  walks->count * centroid_quads(rows) * 16, "The centroids of the walks",
	                  &lazy->centroids));
	TRY(buffer_create(device, BUFFER_DEVICE, false, walks->count * work_words(rows) * 4,
	                  "The contenders of the walks", &lazy->work));
error:
	return result;
}

void lazy_release(struct lazy *lazy)
{
	buffer_destroy(lazy->gram->device, &lazy->centroids);
	buffer_destroy(lazy->gram->device, &lazy->work);
}

/* ---- Steps ---------------------------------------------------------------------- */

VkcResult lazy_start(struct lazy *lazy, const struct walks *walks)
{
	VkcResult result;
	const struct rows *rows = lazy->gram->rows;
	struct stream *stream = lazy->gram->stream;
	TRY(stream_begin(stream));
	stream_zero(stream, &lazy->centroids, walks->count * centroid_quads(rows) * 16);
	stream_zero(stream, &lazy->work, walks->count * work_words(rows) * 4);
	TRY(stream_submit(stream, NULL));
error:
	return result;
}

/* Records the dispatches of one kernel for every block of rows. */
static VkcResult update_all(struct lazy *lazy, const struct walks *walks, struct push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = lazy->gram->rows;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		push->a_item = b * rows->rows_per_block;
		push->a_items = rows_in_block(rows, push->a_item);
		const struct binding bindings[] = {
			{.buffer = &walks->state}, {.buffer = &lazy->centroids}, {.buffer = &rows->blocks[b]}};
		TRY(stream_dispatch(lazy->gram->stream, &lazy->update, bindings, push, walks->count, 1));
		/* The one that holds the row moves the counters, which the others read. */
		stream_barrier(lazy->gram->stream);
	}
error:
	return result;
}

static VkcResult scan_all(struct lazy *lazy, const struct walks *walks, struct push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = lazy->gram->rows;
	const uint32_t items_per_group = narrow_group(lazy->gram->device) * 8;
	const bool one = walks->count == 1;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		push->a_item = b * rows->rows_per_block;
		push->a_items = rows_in_block(rows, push->a_item);
		const struct binding bindings[] = {{.buffer = &lazy->blocks[b]},
		                                   {.buffer = &lazy->centroids},
		                                   {.buffer = &walks->state},
		                                   {.buffer = &lazy->work}};
		TRY(stream_dispatch(lazy->gram->stream, one ? &lazy->scan_one : &lazy->scan, bindings, push,
		                    (push->a_items - 1) / items_per_group + 1,
		                    one ? 1 : (walks->count - 1) / 4 + 1));
	}
error:
	return result;
}

static VkcResult resolve_all(struct lazy *lazy, const struct walks *walks, struct push *push)
{
	VkcResult result = VKC_SUCCESS;
	const struct rows *rows = lazy->gram->rows;
	for (uint32_t a = 0; a < rows->num_blocks; a++) {
		for (uint32_t b = 0; b < rows->num_blocks; b++) {
			push->a_item = a * rows->rows_per_block;
			push->a_items = rows_in_block(rows, push->a_item);
			push->b_item = b * rows->rows_per_block;
			push->b_items = rows_in_block(rows, push->b_item);
			const struct binding bindings[] = {{.buffer = &rows->blocks[a]},
			                                   {.buffer = &rows->blocks[b]},
			                                   {.buffer = &walks->state},
			                                   {.buffer = &lazy->work}};
			TRY(stream_dispatch(lazy->gram->stream, &lazy->resolve, bindings, push,
			                    RESOLVE_GROUPS, walks->count));
			stream_barrier(lazy->gram->stream);
		}
	}
error:
	return result;
}

/* Terms of exact scores that a walk may add in a step, all its contenders together. */
static uint32_t most_terms(const struct lazy *lazy, const struct walks *walks)
{
	const struct device *device = lazy->gram->device;
	const uint64_t products = device->limits.cpu ? 1ull << 30 : 1ull << 33;
	if (device->tuning.lazy_terms)
		return device->tuning.lazy_terms;
	uint64_t terms = products / ((uint64_t)lazy->gram->rows->dim * walks->count);
	return terms < 1 ? 1 : terms < UINT32_MAX ? (uint32_t)terms
	                                          : UINT32_MAX;
}

/* How many terms an invocation of bounded_resolve adds in turn: each at worst of another contender,
 * whose sums are added up then. */
static uint32_t resolve_rounds(const struct lazy *lazy)
{
	const struct device *device = lazy->gram->device;
	const uint32_t turns = lazy->gram->rows->quads + narrow_group(device) + 3;
	const uint32_t rounds = device->limits.most_loops / turns;
	return rounds ? rounds : 1;
}

VkcResult lazy_record(struct lazy *lazy, const struct walks *walks, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	struct stream *stream = lazy->gram->stream;
	const struct rows *rows = lazy->gram->rows;
	struct push push = {
		.items = rows->num_rows,
		.padded = rows->padded,
		.quads = rows->quads,
		.counters = walks->counters,
		.orders = walks->orders,
		.scores = walks->scores,
		.order_quads = walks->order_quads,
		.given = walks->prefix_length,
		.length = walks->length,
		.centroid_quads = (uint32_t)centroid_quads(rows),
		.work_words = (uint32_t)work_words(rows),
		.coarse_shift = lazy->coarse_shift,
		.root = root_above(rows->dim),
		.walks = walks->count,
		.most_terms = most_terms(lazy, walks),
		.resolve_groups = RESOLVE_GROUPS,
		.resolve_width = narrow_group(lazy->gram->device),
		.resolve_rounds = resolve_rounds(lazy),
	};
	push.coarse_norm = (1u << (30 - lazy->coarse_shift)) + push.root;
	const struct binding choose[] = {
		{.buffer = &walks->state}, {.buffer = &lazy->centroids}, {.buffer = &lazy->work}};
	for (uint32_t s = 0; s < steps; s++) {
		TRY(stream_dispatch(lazy->gram->stream, &lazy->choose, choose, &push, walks->count, 1));
		stream_barrier(stream);
		TRY(update_all(lazy, walks, &push));
		TRY(scan_all(lazy, walks, &push));
		stream_barrier(stream);
		TRY(stream_dispatch(lazy->gram->stream, &lazy->contenders, choose, &push, walks->count, 1));
		stream_barrier(stream);
		TRY(resolve_all(lazy, walks, &push));
	}
error:
	return result;
}
