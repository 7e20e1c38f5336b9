/* SPDX-License-Identifier: MIT
 *
 * Sets of numbers of every type, and whether exact_lowest() decides between their rows as rational
 * arithmetic does.
 */
#ifndef NUMBER_SET_H
#define NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/exact.h"

enum {
	MAX_ROWS = 64,
	MAX_DIM = 300
};

struct number_set {
	const char *name; /* in messages */
	VkcType type;
	uint32_t num_rows, dim;
	double values[MAX_ROWS][MAX_DIM];
};

/* Stores the set in its type, `offset` bytes from an aligned address, and opens it. */
void number_set_open(const struct number_set *set, unsigned char *memory, size_t offset,
                     bool center, struct numbers *numbers, struct exact *exact);

/* Compares decisions with rational arithmetic: numbers as they are, not aligned, and centred. */
void number_set_check(const struct number_set *set, uint64_t *seed);

#endif
