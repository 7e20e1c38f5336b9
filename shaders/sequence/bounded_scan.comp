// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// The approximate scores of all items: coarse rows times shifted centroids. An invocation
// computes 8 items for WALKS walks: four neighbours, and the same four of the workgroup's second
// half of items.

#include "sequence/bounded.glsl"

#if TEXEL
layout(binding = 0) uniform isamplerBuffer coarse;
layout(binding = 1) uniform isamplerBuffer center;
#define LOAD_COARSE(i) texelFetch(coarse, int(i))
#define LOAD_CENTROID(i) texelFetch(center, int(i))
#else
layout(std430, binding = 0) readonly buffer Coarse { ivec4 coarse[]; };
layout(std430, binding = 1) readonly buffer Centroid { ivec4 center[]; };
#define LOAD_COARSE(i) coarse[i]
#define LOAD_CENTROID(i) center[i]
#endif
layout(std430, binding = 2) buffer State { uvec4 state[]; };
layout(std430, binding = 3) writeonly buffer Work { uint work[]; };

#include "sequence/walk_state.glsl"

#define ITEMS(X, m) X(m, 0) X(m, 1) X(m, 2) X(m, 3) X(m, 4) X(m, 5) X(m, 6) X(m, 7)
#define EACH_ITEM(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#if WALKS == 1
#define EACH_WALK(X) X(0)
#else
#define EACH_WALK(X) X(0) X(1) X(2) X(3)
#endif

#define FIND(m) \
	uint walk##m = min(gl_WorkGroupID.y * uint(WALKS) + uint(m), push.num_walks - 1u); \
	uint c##m = centroid_begin(walk##m) + CENTROID_SHIFTED; \
	uint added##m = rows_added(walk##m); \
	any_unfinished = any_unfinished || \
		(added##m >= push.prefix_length && added##m < push.order_length && !stands(walk##m));

#define DECLARE(m, k) I64 s##m##_##k = I64_ZERO;
#define DECLARE_WALK(m) ITEMS(DECLARE, m)
#define FETCH_CENTROID(m) \
	ivec4 even##m = LOAD_CENTROID(c##m + 2u * t); \
	ivec4 odd##m = LOAD_CENTROID(c##m + 2u * t + 1u);
#define FETCH_COARSE(k) \
	ivec4 packed##k = LOAD_COARSE((k < 4 ? a : b) + TILE * t + uint(k % 4)); \
	ivec4 low##k = packed##k << 16 >> 16; \
	ivec4 high##k = packed##k >> 16;
#define MULTIPLY(m, k) \
	s##m##_##k = i64_mul_add(s##m##_##k, low##k.x, even##m.x); \
	s##m##_##k = i64_mul_add(s##m##_##k, high##k.x, even##m.y); \
	s##m##_##k = i64_mul_add(s##m##_##k, low##k.y, even##m.z); \
	s##m##_##k = i64_mul_add(s##m##_##k, high##k.y, even##m.w); \
	s##m##_##k = i64_mul_add(s##m##_##k, low##k.z, odd##m.x); \
	s##m##_##k = i64_mul_add(s##m##_##k, high##k.z, odd##m.y); \
	s##m##_##k = i64_mul_add(s##m##_##k, low##k.w, odd##m.z); \
	s##m##_##k = i64_mul_add(s##m##_##k, high##k.w, odd##m.w);
#define MULTIPLY_WALK(m) ITEMS(MULTIPLY, m)
#define PARTS(m, a, b, c, d, part) \
	uvec4(part(s##m##_##a), part(s##m##_##b), part(s##m##_##c), part(s##m##_##d))
#define STORE_QUAD(m, first, a, b, c, d) \
	{ \
		uint to = push.state.scores + walk##m * (push.padded / 2u) + (first) / 2u; \
		state[to] = PARTS(m, a, b, c, d, i64_low); \
		state[to + 1u] = PARTS(m, a, b, c, d, i64_high); \
		store_lowest(walk##m, first, s##m##_##a, s##m##_##b, s##m##_##c, s##m##_##d); \
	}
#define STORE_WALK(m) \
	STORE_QUAD(m, item, 0, 1, 2, 3) \
	if (along + apart < push.a_items) \
		STORE_QUAD(m, item + apart, 4, 5, 6, 7)

I64 lower_where(uint open, uint bit, I64 score, I64 than)
{
	return (open >> bit & 1u) != 0u && i64_less(score, than) ? score : than;
}

// The lowest of four items' scores, for bounded_contenders.comp.
void store_lowest(uint walk, uint item, I64 a, I64 b, I64 c, I64 d)
{
	uint chosen = uint(LOAD_CENTROID(chosen_quad(walk, item))[chosen_word(item)]);
	uint open = open_items(item, chosen);
	I64 lowest = lower_where(open, 0u, a, NO_SCORE);
	lowest = lower_where(open, 1u, b, lowest);
	lowest = lower_where(open, 2u, c, lowest);
	lowest = lower_where(open, 3u, d, lowest);
	uint to = work_begin(walk) + CONTENDERS_LOWEST(push.padded) + item / 2u;
	work[to] = i64_low(lowest);
	work[to + 1u] = i64_high(lowest);
}

// Where a row's quadruples begin; the next is 64 further.
uint row_begin(uint row)
{
	return row / TILE * (push.quads / 2u) * TILE + row % TILE;
}

void main()
{
	const uint apart = GROUP * 4u;
	uint along = gl_WorkGroupID.x * GROUP * BOUNDED_SCAN_ITEMS + gl_LocalInvocationID.x * 4u;
	bool any_unfinished = false;
	EACH_WALK(FIND)
	if (!any_unfinished || along >= push.a_items)
		return;
	uint item = push.a_item + along;
	uint a = row_begin(along);
	uint b = row_begin(min(along + apart, push.a_items - 4u));
	EACH_WALK(DECLARE_WALK)
	for (uint t = 0u; t < push.quads / 2u; t++) {
		EACH_WALK(FETCH_CENTROID)
		EACH_ITEM(FETCH_COARSE)
		EACH_WALK(MULTIPLY_WALK)
	}
	EACH_WALK(STORE_WALK)
}
