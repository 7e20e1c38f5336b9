/* SPDX-License-Identifier: MIT */
#include "sequence/step_kernel.h"

#include <string.h>

#include "base/minmax.h"
#include "interface/walk.h"
#include "vulkan/shader_variant.h"

_Static_assert(sizeof(struct walk_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

/* The fewest invocations of a workgroup. Below this size, fewer barriers gain little, and more
 * quads per invocation take longer to compile. */
#define MIN_GROUP 32u

static uint32_t power_of_two_from(uint32_t number)
{
	uint32_t power = 1;
	while (power < number)
		power *= 2;
	return power;
}

static uint32_t power_of_two_up_to(uint32_t number)
{
	uint32_t power = 1;
	while (power <= number / 2)
		power *= 2;
	return power;
}

/* Shared memory of a workgroup: a quad per invocation, and three words (near_step.glsl). */
static uint32_t walk_shared_bytes(uint32_t group)
{
	return group * 16 + 3 * 4;
}

/* Distributes the scores of one walk: how many invocations, and how many quads each holds in
 * registers (0 = too many; keep the scores in memory). */
static void distribute_scores(const struct engine *engine, uint32_t quads, uint32_t *group,
                              uint32_t *quads_per_invocation)
{
	const struct device *device = &engine->device;
	const struct limits *limits = &device->limits;
	const uint32_t preferred_quads = engine->profile.step_quads;
	uint32_t max_group = 1024;
	while (max_group > limits->group_invocations ||
	       walk_shared_bytes(max_group) > limits->shared_bytes)
		max_group /= 2;
	*group = power_of_two_from((quads + preferred_quads - 1) / preferred_quads);
	*group = max_u32(*group, MIN_GROUP);
	if (device->tuning.walk_group)
		*group = device->tuning.walk_group;
	if (!limits->subgroup_size)
		*group = power_of_two_up_to(*group);
	if (*group > max_group)
		*group = max_group;
	*quads_per_invocation = (quads + *group - 1) / *group;
	uint32_t max_quads = *group <= 128 ? WALK_MAX_QUADS : engine->profile.max_step_quads;
	if (device->tuning.walk_pieces)
		max_quads = device->tuning.walk_pieces < WALK_MAX_QUADS ? device->tuning.walk_pieces
		                                                        : WALK_MAX_QUADS;
	if (*quads_per_invocation > max_quads)
		*quads_per_invocation = 0;
	/* A reduction with subgroups takes any number of them. */
	const uint32_t subgroup = limits->subgroup_size;
	if (*quads_per_invocation && subgroup && !device->tuning.walk_group) {
		const uint32_t needed = max_u32((quads - 1) / *quads_per_invocation + 1, MIN_GROUP);
		*group = min_u32(*group, (needed + subgroup - 1) / subgroup * subgroup);
	}
}

uint32_t step_kernel_group(const struct engine *engine, const struct rows *rows)
{
	uint32_t group, quads_per_invocation;
	distribute_scores(engine, rows->padded / 4, &group, &quads_per_invocation);
	return group;
}

VkcResult step_kernel_ensure(struct step_kernel *step, const struct walks *walks,
                             uint32_t num_segments)
{
	VkcResult result;
	struct engine *engine = walks->engine;
	struct device *device = &engine->device;
	uint32_t group, quads_per_invocation;
	distribute_scores(engine, walks->rows->padded / 4, &group, &quads_per_invocation);
	uint32_t segments = num_segments > 3 ? 7 : num_segments > 1 ? 3
	                                                            : 1;
	const uint32_t shift = walks_term_shift(walks->rows);
	const bool wide = walks->rows->weights.exponents != NULL;
	const bool integers = walks->integers != NULL;
	if (step->kernel.pipeline && step->objective == walks->objective &&
	    step->num_segments == segments && step->group == group &&
	    step->quads_per_invocation == quads_per_invocation && step->shift == shift &&
	    step->wide == wide && step->integers == integers)
		return VKC_SUCCESS;
	kernel_destroy(device, &step->kernel);
	struct kernel_source source = {
		.push_bytes = sizeof(struct walk_push),
		.constants = {group, shift, walks->objective->branch, wide, quads_per_invocation, integers},
		.num_constants = 6,
	};
	TRY(variant_find(device, &source, "walk_%s_%s_%s_%s_%u",
	                 quads_per_invocation ? "registers" : "memory", variant_integers(device),
	                 variant_loads(device), variant_reduction(device), segments));
	source.bindings[0] = 's';
	memset(source.bindings + 1, device->limits.texel_elements ? 't' : 's', segments);
	TRY(kernel_create(device, &source, &step->kernel));
	step->objective = walks->objective;
	step->num_segments = segments;
	step->group = group;
	step->quads_per_invocation = quads_per_invocation;
	step->shift = shift;
	step->wide = wide;
	step->integers = integers;
error:
	return result;
}

void step_kernel_close(struct step_kernel *step, struct engine *engine)
{
	kernel_destroy(&engine->device, &step->kernel);
}

static void bind(const struct step_kernel *step, const struct walks *walks,
                 const struct row_segments *rows, struct binding *bindings)
{
	bindings[0] = (struct binding){.buffer = &walks->state};
	for (uint32_t i = 0; i < step->num_segments; i++)
		/* The kernel variant may have more bindings than there are segments. */
		bindings[1 + i] =
			(struct binding){.buffer = &rows->segments[i < rows->num_segments ? i : 0]};
}

/* The part of a driver's loop limit that choices by integers may take in a dispatch. Only the last
 * one goes beyond. */
static uint32_t choice_iterations(const struct walks *walks)
{
	return walks->integers ? profile_max_iterations(&walks->engine->profile, 4) : 0;
}

static struct walk_push describe(const struct row_segments *rows, const struct walk_range *range)
{
	const struct walks *walks = range->walks;
	return (struct walk_push){
		.state = walks->layout,
		.error = walks_score_error(walks),
		.items = walks->rows->num_rows,
		.row_quads = walks->rows->padded / 4,
		.rows_per_segment = rows->rows_per_segment,
		.placed = rows->placed,
		.listed = range->listed,
		.order_length = walks->length,
		.prefix_length = walks->prefix_length,
		.first = range->first,
		.checkpoint = range->checkpoint,
		.choice_iterations = choice_iterations(walks),
	};
}

/* Steps per dispatch within the driver's loop limit, even if each is a near step whose contenders
 * are all items. */
static uint32_t max_steps(const struct step_kernel *step, const struct walks *walks)
{
	const uint32_t quads = walks->rows->padded / 4;
	const uint32_t own_quads = (quads - 1) / step->group + 1;
	/* The step loop, and the reduction over the workgroup, at worst with subgroups of four. */
	uint32_t iterations = 1 + 10 + step->group / 16;
	/* The loop around the steps up to a near one, clearing the mask, and listing the contenders:
	 * by four words of bits, or by all quads. */
	iterations += 1 + (WALK_MASK_QUADS(quads) - 1) / step->group + 1 + 4 * own_quads;
	iterations += step->quads_per_invocation ? 4 : 2 * own_quads;
	const uint32_t choices =
		choice_iterations(walks) + walks_choice_iterations(walks, step->group);
	if (walks->integers)
		/* The reductions, and each row added to the sum. */
		iterations += 32 + 2 * ((4 * walks->integers->quads - 1) / step->group + 1);
	const uint32_t steps = (walks->engine->profile.max_loop_iterations - choices) / iterations;
	return steps ? steps : 1;
}

VkcResult step_kernel_record(const struct step_kernel *step, const struct row_segments *rows,
                             const struct walk_range *range)
{
	VkcResult result = VKC_SUCCESS;
	struct stream *stream = &range->walks->engine->stream;
	const uint32_t max = max_steps(step, range->walks);
	struct binding bindings[KERNEL_MAX_BINDINGS];
	struct walk_push push = describe(rows, range);
	bind(step, range->walks, rows, bindings);
	for (uint32_t left = range->steps; left > 0; left -= push.steps) {
		if (left < range->steps)
			stream_barrier(stream);
		push.steps = min_u32(left, max);
		TRY(stream_dispatch(stream, &step->kernel, bindings, &push, range->count, 1));
	}
error:
	return result;
}

VkcResult step_kernel_record_indirect(const struct step_kernel *step,
                                      const struct row_segments *rows,
                                      const struct walk_range *range, const struct buffer *commands,
                                      uint64_t offset)
{
	struct binding bindings[KERNEL_MAX_BINDINGS];
	struct walk_push push = describe(rows, range);
	bind(step, range->walks, rows, bindings);
	push.first = 0;
	push.steps = 1;
	return stream_dispatch_indirect(&range->walks->engine->stream, &step->kernel, bindings, &push,
	                                commands, offset);
}
