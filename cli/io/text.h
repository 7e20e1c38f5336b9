/* SPDX-License-Identifier: MIT
 *
 * Helpers for text files.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Returns the length of a leading UTF-8 byte order mark, 3 or 0. Windows programs write one. */
static inline size_t text_mark_length(const unsigned char *bytes, size_t length)
{
	return length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static inline bool text_is_space(char character)
{
	return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

#endif
