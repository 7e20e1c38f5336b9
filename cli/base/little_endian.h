/* SPDX-License-Identifier: MIT
 *
 * Little-endian numbers at any alignment.
 */
#ifndef CLI_LITTLE_ENDIAN_H
#define CLI_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint32_t little_u32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static inline uint64_t little_u64(const unsigned char *bytes)
{
	return little_u32(bytes) | (uint64_t)little_u32(bytes + 4) << 32;
}

#endif
