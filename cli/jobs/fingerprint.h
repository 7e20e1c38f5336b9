/* SPDX-License-Identifier: MIT
 *
 * A 128-bit fingerprint, which tells whether files still belong together. It does not protect
 * against deliberate manipulation.
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

/* The fingerprint of the first num_rows rows as float64, so that it does not depend on the file
 * format. Returns false when memory runs out. */
bool fingerprint_rows(const struct table *table, uint32_t num_rows, struct fingerprint *result);

/* The fingerprint of a file. Returns false with errno if the file cannot be read. */
bool fingerprint_file(int descriptor, struct fingerprint *result);

/* The fingerprint of bytes added in pieces equals that of a file that holds them. */
struct fingerprint_state;

/* Returns NULL when memory runs out. */
struct fingerprint_state *fingerprint_begin(void);
void fingerprint_add(struct fingerprint_state *state, const void *bytes, size_t length);

/* Adds the first bytes of a file. Returns false with errno if it cannot be read that far. */
bool fingerprint_add_file(struct fingerprint_state *state, int descriptor, uint64_t length);

/* The fingerprint of the bytes so far. More can be added afterwards. */
struct fingerprint fingerprint_so_far(const struct fingerprint_state *state);
void fingerprint_end(struct fingerprint_state *state);

bool fingerprint_equal(struct fingerprint a, struct fingerprint b);
void fingerprint_text(struct fingerprint fingerprint, char text[FINGERPRINT_TEXT_SIZE]);

/* A checksum for short records. */
uint64_t checksum_bytes(const void *bytes, size_t length);

#endif
