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

#include "io/table.h"

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

/* Of bytes that come piece by piece: the same as of a file that holds them. */
struct fingerprint_state;

/* NULL when memory ran out. */
struct fingerprint_state *fingerprint_begin(void);
void fingerprint_add(struct fingerprint_state *state, const void *bytes, size_t length);

/* Adds the first bytes of a file. False where it cannot be read that far; errno says why. */
bool fingerprint_add_file(struct fingerprint_state *state, int descriptor, uint64_t length);

/* Of all that was added; more may be. */
struct fingerprint fingerprint_so_far(const struct fingerprint_state *state);
void fingerprint_end(struct fingerprint_state *state);

bool fingerprint_equal(struct fingerprint a, struct fingerprint b);
void fingerprint_text(struct fingerprint fingerprint, char text[FINGERPRINT_TEXT_SIZE]);

/* A checksum for short records. */
uint64_t checksum_bytes(const void *bytes, size_t length);

#endif
