/* SPDX-License-Identifier: MIT
 *
 * Stands before malloc() and its kin for calls that come from the library under test, and only
 * those: the program's own and the driver's go straight to the C library.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

/* False where that is not possible (a sanitizer has its own allocator). */
bool allocator_available(void);

void allocator_arm(uint64_t first, uint64_t count);
void allocator_disarm(void);
uint64_t allocator_faults(void);
const char *allocator_fault_name(void);

/* Blocks that the library has allocated and not freed. */
int64_t allocator_live(void);

#endif
