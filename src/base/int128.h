/* SPDX-License-Identifier: MIT
 *
 * Integers of 128 bits, which gcc and clang have on every 64-bit target but ISO C has not. */
#ifndef VKC_INT128_H
#define VKC_INT128_H

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#endif
