/* SPDX-License-Identifier: MIT
 *
 * Argument checks that public functions share. Every public function checks its arguments before it
 * calls anything else, so internal functions need no checks of their own. */
#ifndef VKC_ARGUMENTS_H
#define VKC_ARGUMENTS_H

#include "api/context.h"

/* Whether a * b elements of `size` bytes fit in the address space. */
bool argument_addressable(uint64_t a, uint64_t b, uint64_t size);

/* Whether rows first_row … first_row + num_rows - 1 exist. */
VkcResult argument_check_rows(VkComputeContext *ctx, const char *function, uint32_t first_row,
                              uint32_t num_rows);

/* These set the error message and return VKC_ERROR_INVALID_ARGUMENT. */
VkcResult argument_is_null(VkComputeContext *ctx, const char *function, const char *name,
                           const char *expected);
VkcResult argument_too_large(VkComputeContext *ctx, const char *function, const char *output,
                             uint64_t a, uint64_t b);

#endif
