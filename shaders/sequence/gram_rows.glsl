// SPDX-License-Identifier: MIT
//
// Reads the rows of the Gram matrix, which lie in SEGMENTS buffers.

#if TEXEL
#define SEGMENT(i) layout(binding = i + 1) uniform isamplerBuffer segment##i;
#define LOAD_SEGMENT(i) texelFetch(segment##i, int(quad))
#else
#define SEGMENT(i) \
	layout(std430, binding = i + 1) readonly buffer Segment##i { ivec4 segment##i[]; };
#define LOAD_SEGMENT(i) segment##i[quad]
#endif
#define LOAD_IF(i) if (SEGMENTS == i + 1 || segment == uint(i)) return LOAD_SEGMENT(i);

SEGMENT(0)
#if SEGMENTS > 1
SEGMENT(1)
SEGMENT(2)
#endif
#if SEGMENTS > 3
SEGMENT(3)
SEGMENT(4)
SEGMENT(5)
SEGMENT(6)
#endif

ivec4 gram_quad(uint segment, uint quad)
{
	LOAD_IF(0)
#if SEGMENTS > 1
	LOAD_IF(1)
	LOAD_IF(2)
#endif
#if SEGMENTS > 3
	LOAD_IF(3)
	LOAD_IF(4)
	LOAD_IF(5)
	LOAD_IF(6)
#endif
}
