/* SPDX-License-Identifier: MIT
 *
 * Both C and GLSL include the headers in this folder. They declare, once, what the host and the
 * kernels have to agree on, and use only what both languages support: block comments, macros,
 * structs of 32-bit words, and functions on such words.
 *
 * A quad is four consecutive 32-bit words: a uvec4 or ivec4 in GLSL, 16 bytes in C. Buffer layouts
 * count in quads where kernels load and store whole vectors. */
#ifndef VKC_INTERFACE_TYPES_H
#define VKC_INTERFACE_TYPES_H

#ifdef __STDC__
#include <stdint.h>
typedef uint32_t uint; /* the GLSL name */
#define INLINE static inline
#else
#define INLINE
#endif

#endif
