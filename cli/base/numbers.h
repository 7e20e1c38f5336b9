/* SPDX-License-Identifier: MIT
 *
 * Numbers as people write them; true when nothing else is around them.
 */
#ifndef CLI_NUMBERS_H
#define CLI_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* 0 … 4294967295, decimal. */
bool parse_u32(const char *text, uint32_t *number);

/* At least 1; K, M, G or T behind it, in either case, are powers of 1024. The library reads
 * VKC_MEMORY_LIMIT in the same way. */
bool parse_bytes(const char *text, uint64_t *bytes);

/* 0 or more, finite. */
bool parse_seconds(const char *text, double *seconds);

/* LOW:HIGH, both of -1 … 1. */
bool parse_range(const char *text, double *low, double *high);

#endif
