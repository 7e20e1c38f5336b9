// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
//
// The approximate scores of all items: coarse rows times shifted centroids. An invocation
// makes 8 items for ROWS walks.

#include "lazy.glsl"

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

#define COLUMNS(X, m) X(m, 0) X(m, 1) X(m, 2) X(m, 3) X(m, 4) X(m, 5) X(m, 6) X(m, 7)
#define ALL_COLUMNS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#if ROWS == 1
#define EACH_ROW(X) X(0)
#else
#define EACH_ROW(X) X(0) X(1) X(2) X(3)
#endif

#define CHOOSE(m) \
	uint walk##m = min(gl_WorkGroupID.y * uint(ROWS) + uint(m), walks - 1u); \
	uint c##m = walk##m * centroid_quads + CENTROID; \
	uint added##m = state[counters + walk##m].x; \
	any_needs = any_needs || (added##m >= given && added##m < length);

#define DECLARE(m, k) I64 s##m##_##k = I64_ZERO;
#define DECLARE_ROW(m) COLUMNS(DECLARE, m)
#define FETCH_CENTROID(m) \
	ivec4 even##m = LOAD_CENTROID(c##m + 2u * t); \
	ivec4 odd##m = LOAD_CENTROID(c##m + 2u * t + 1u);
#define FETCH_COARSE(k) \
	ivec4 packed##k = LOAD_COARSE(a + k * (quads / 2u) + t); \
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
#define MULTIPLY_ROW(m) COLUMNS(MULTIPLY, m)
#define PARTS(m, a, b, c, d, part) \
	uvec4(part(s##m##_##a), part(s##m##_##b), part(s##m##_##c), part(s##m##_##d))
#define STORE_ROW(m) \
	{ \
		uint to = scores + walk##m * (padded / 2u) + item / 2u; \
		state[to] = PARTS(m, 0, 1, 2, 3, i64_low); \
		state[to + 1u] = PARTS(m, 0, 1, 2, 3, i64_high); \
		state[to + 2u] = PARTS(m, 4, 5, 6, 7, i64_low); \
		state[to + 3u] = PARTS(m, 4, 5, 6, 7, i64_high); \
	}

void main()
{
	uint along = gl_GlobalInvocationID.x * 8u;
	bool any_needs = false;
	EACH_ROW(CHOOSE)
	if (!any_needs || along >= a_items)
		return;
	uint a = along * (quads / 2u);
	uint item = a_item + along;
	EACH_ROW(DECLARE_ROW)
	for (uint t = 0u; t < quads / 2u; t++) {
		EACH_ROW(FETCH_CENTROID)
		ALL_COLUMNS(FETCH_COARSE)
		EACH_ROW(MULTIPLY_ROW)
	}
	EACH_ROW(STORE_ROW)
}
