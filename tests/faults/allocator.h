/* SPDX-License-Identifier: MIT
 *
 * Intercepts malloc() and related functions, but only for calls from the library under test. Calls
 * from the program and the driver go straight to the C library.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

/* False if this is not possible: a sanitizer has its own allocator. */
bool allocator_available(void);

void allocator_arm(uint64_t first, uint64_t count);
void allocator_disarm(void);
uint64_t allocator_faults(void);
const char *allocator_fault_name(void);

/* The number of blocks that the library has allocated and not freed. */
int64_t allocator_live(void);

#endif
