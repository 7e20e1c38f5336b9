/* SPDX-License-Identifier: MIT
 *
 * The headers of this folder are read by C and by GLSL alike: what the host and the kernels have
 * to agree on is declared here, once. They use only what both languages have: comments of this
 * kind, macros, structures of 32-bit words, and functions of such words. */
#ifndef VKC_INTERFACE_TYPES_H
#define VKC_INTERFACE_TYPES_H

#ifdef __STDC__
#include <stdint.h>
typedef uint32_t uint; /* as GLSL calls it */
#define INLINE static inline
#else
#define INLINE
#endif

#endif
