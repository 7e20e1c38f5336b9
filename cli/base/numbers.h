/* SPDX-License-Identifier: MIT
 *
 * Parses numbers on the command line. A parser returns false if the text holds anything else.
 */
#ifndef CLI_NUMBERS_H
#define CLI_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* 0 … 4294967295, decimal. */
bool parse_u32(const char *text, uint32_t *number);

/* At least 1, with an optional suffix K, M, G or T in either case for powers of 1024. The library
 * parses VKC_MEMORY_LIMIT in the same way. */
bool parse_bytes(const char *text, uint64_t *bytes);

/* 0 or more, finite. */
bool parse_seconds(const char *text, double *seconds);

/* LOW:HIGH with -1 <= LOW < HIGH <= 1. */
bool parse_range(const char *text, double *low, double *high);

#endif
