/* SPDX-License-Identifier: MIT
 *
 * A 128-bit fingerprint, to tell whether files still belong together. It is no
 * protection against somebody who wants to deceive.
 */
#ifndef CLI_FINGERPRINT_H
#define CLI_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

struct fingerprint {
	uint64_t words[2];
};

/* 32 hexadecimal digits and a '\0'. */
#define FINGERPRINT_TEXT_SIZE 33

/* Of the first num_rows rows as float64: the same for the same numbers in any file format.
 * False when memory ran out. */
bool fingerprint_rows(const struct table *table, uint32_t num_rows, struct fingerprint *result);

/* Of all the bytes of a file. False when it cannot be read; errno says why. */
bool fingerprint_file(int descriptor, struct fingerprint *result);

bool fingerprint_equal(struct fingerprint a, struct fingerprint b);
void fingerprint_text(struct fingerprint fingerprint, char text[FINGERPRINT_TEXT_SIZE]);

/* A checksum for short records. */
uint64_t checksum_bytes(const void *bytes, size_t length);

#endif
