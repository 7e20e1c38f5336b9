// SPDX-License-Identifier: MIT
//
// What walk.comp and bounded_choose.comp do at a near step: they list its contenders, and find out
// whether these have equal rows. Include after reduce.glsl and walk_state.glsl; ROW_QUADS are the
// quadruples of a row of the Gram matrix.

#include "sequence/integer_choice.glsl"

shared bool contenders_differ;
shared uint lowest_contender;

uint class_of(uint item)
{
	return state[ROW_QUADS + item / 4u][item % 4u];
}

// Where the mask of the walk's contenders begins, in quadruples.
uint mask_begin(uint walk)
{
	return push.state.masks + walk * WALK_MASK_QUADS(ROW_QUADS);
}

// All invocations have to call this.
void clear_contenders(uint walk)
{
	uint mask = mask_begin(walk);
	uint mask_quads = INTEGERS ? 0u : WALK_MASK_QUADS(ROW_QUADS);
	for (uint i = gl_LocalInvocationID.x; i < mask_quads; i += gl_WorkGroupSize.x)
		shared_state[mask + i] = uvec4(0u);
	if (gl_LocalInvocationID.x == 0u) {
		contenders_differ = false;
		lowest_contender = 0xffffffffu;
		num_contenders = 0u;
	}
	memoryBarrierBuffer();
	barrier();
}

// own_class: the class of any one contender.
void add_contender(uint walk, uint item, uint own_class)
{
	if (INTEGERS)
		list_contender(walk, item);
	else
		atomicOr(shared_state[mask_begin(walk) + item / 128u][item / 32u % 4u], 1u << (item % 32u));
	atomicMin(lowest_contender, item);
	if (class_of(item) != own_class)
		contenders_differ = true;
}
