/* SPDX-License-Identifier: MIT */
#include "sequence/step_kernel.h"

#include <string.h>

#include "interface/walk.h"
#include "vulkan/shader_variant.h"

_Static_assert(sizeof(struct walk_push) <= KERNEL_PUSH_BYTES,
               "must fit the push constants of every device");

int walk_term_shift(const struct rows *rows)
{
	return rows->num_rows <= 1u << 20 ? 19 : 31;
}

static uint32_t power_of_two_from(uint32_t number)
{
	uint32_t power = 1;
	while (power < number)
		power *= 2;
	return power;
}

/* How the scores of one walk are spread: invocations, and quadruples each of them holds
 * (0 = more than registers hold). */
static void spread(const struct device *device, uint32_t quads, uint32_t *group, uint32_t *pieces)
{
	const struct limits *limits = &device->limits;
	/* A CPU driver's cost is per barrier and subgroup: few invocations that hold much.
	 * A GPU wants as many as there are, and its registers are shared among them. */
	uint32_t wanted_pieces = limits->cpu ? WALK_MAX_PIECES : 1;
	uint32_t max_group = 1024;
	while (max_group > limits->group_invocations || max_group * 16 > limits->shared_bytes)
		max_group /= 2;
	*group = power_of_two_from((quads + wanted_pieces - 1) / wanted_pieces);
	/* Small sets gain little from fewer barriers, and more pieces take longer to compile. */
	if (*group < 32)
		*group = 32;
	if (device->tuning.walk_group)
		*group = device->tuning.walk_group;
	if (*group > max_group)
		*group = max_group;
	*pieces = (quads + *group - 1) / *group;
	uint32_t max_pieces = limits->cpu || *group <= 128 ? WALK_MAX_PIECES : 8;
	if (device->tuning.walk_pieces)
		max_pieces = device->tuning.walk_pieces < WALK_MAX_PIECES ? device->tuning.walk_pieces
		                                                          : WALK_MAX_PIECES;
	if (*pieces > max_pieces)
		*pieces = 0;
}

VkcResult walk_kernel_need(struct walk_kernel *walk, const struct gram *gram, uint32_t num_segments)
{
	VkcResult result;
	struct device *device = gram->device;
	uint32_t group, pieces;
	spread(device, gram->rows->padded / 4, &group, &pieces);
	uint32_t segments = num_segments > 3 ? 7 : num_segments > 1 ? 3
	                                                            : 1;
	int shift = walk_term_shift(gram->rows);
	if (walk->kernel.pipeline && walk->num_segments == segments && walk->group == group &&
	    walk->pieces == pieces && walk->shift == shift)
		return VKC_SUCCESS;
	kernel_destroy(device, &walk->kernel);
	struct kernel_source source = {
		.push_bytes = sizeof(struct walk_push),
		.constants = {group, (uint32_t)shift, pieces},
		.num_constants = pieces ? 3 : 2,
	};
	TRY(variant_find(device, &source, "walk_%s_%s_%s_%s_%u", pieces ? "registers" : "memory",
	                 variant_integers(device), variant_loads(device), variant_reduction(device),
	                 segments));
	source.bindings[0] = 's';
	memset(source.bindings + 1, device->limits.texel_elements ? 't' : 's', segments);
	TRY(kernel_create(device, &source, &walk->kernel));
	walk->num_segments = segments;
	walk->group = group;
	walk->pieces = pieces;
	walk->shift = shift;
error:
	return result;
}

void walk_kernel_close(struct walk_kernel *walk, struct device *device)
{
	kernel_destroy(device, &walk->kernel);
}

static void bind(const struct walk_kernel *walk, const struct walks *walks,
                 const struct walk_rows *from, struct binding *bindings)
{
	bindings[0] = (struct binding){.buffer = &walks->state};
	for (uint32_t i = 0; i < walk->num_segments; i++)
		/* The kernel may have more bindings than there are segments. */
		bindings[1 + i] = (struct binding){.buffer = &from->segments[i < from->num_segments ? i : 0]};
}

static struct walk_push describe(const struct gram *gram, const struct walks *walks,
                                 const struct walk_rows *from, bool listed)
{
	return (struct walk_push){
		.state = walks->layout,
		.items = gram->rows->num_rows,
		.row_quads = gram->rows->padded / 4,
		.rows_per_segment = from->rows_per_segment,
		.placed = from->placed,
		.listed = listed,
		.order_length = walks->length,
		.prefix_length = walks->prefix_length,
	};
}

/* Steps that a dispatch may take, within the turns that a driver's loops may take. */
static uint32_t max_steps(const struct walk_kernel *walk, const struct gram *gram)
{
	/* The step itself; the lowest of a workgroup, at worst of subgroups of four. */
	uint32_t turns = 1 + 10 + walk->group / 16;
	if (!walk->pieces)
		turns += (gram->rows->padded / 4 - 1) / walk->group + 1;
	const uint32_t steps = gram->device->limits.max_loop_turns / turns;
	return steps ? steps : 1;
}

VkcResult walk_kernel_record(const struct walk_kernel *walk, const struct gram *gram,
                             const struct walks *walks, const struct walk_rows *from, bool listed,
                             uint32_t first, uint32_t count, uint32_t steps)
{
	VkcResult result = VKC_SUCCESS;
	const uint32_t max = max_steps(walk, gram);
	struct binding bindings[KERNEL_MAX_BINDINGS];
	struct walk_push push = describe(gram, walks, from, listed);
	bind(walk, walks, from, bindings);
	push.first = first;
	for (uint32_t left = steps; left > 0; left -= push.steps) {
		if (left < steps)
			stream_barrier(gram->stream);
		push.steps = left < max ? left : max;
		TRY(stream_dispatch(gram->stream, &walk->kernel, bindings, &push, count, 1));
	}
error:
	return result;
}

VkcResult walk_kernel_record_indirect(const struct walk_kernel *walk, const struct gram *gram,
                                      const struct walks *walks, const struct walk_rows *from,
                                      bool listed, const struct buffer *commands,
                                      uint64_t offset)
{
	struct binding bindings[KERNEL_MAX_BINDINGS];
	struct walk_push push = describe(gram, walks, from, listed);
	bind(walk, walks, from, bindings);
	push.steps = 1;
	return stream_dispatch_indirect(gram->stream, &walk->kernel, bindings, &push, commands,
	                                offset);
}
