/* SPDX-License-Identifier: MIT
 *
 * What the public functions check alike. Each of them checks its arguments, once, before
 * anything else sees them: what they call can trust them. */
#ifndef VKC_ARGUMENTS_H
#define VKC_ARGUMENTS_H

#include "api/context.h"

/* Whether a times b elements of `size` bytes can be addressed. */
bool argument_addressable(uint64_t a, uint64_t b, uint64_t size);

/* Whether rows first_row … first_row + num_rows - 1 exist. */
VkcResult argument_check_rows(VkComputeContext *ctx, const char *function, uint32_t first_row,
                              uint32_t num_rows);

/* Set the sentence, and return an invalid argument. */
VkcResult argument_is_null(VkComputeContext *ctx, const char *function, const char *name,
                           const char *expected);
VkcResult argument_too_large(VkComputeContext *ctx, const char *function, const char *output,
                             uint64_t a, uint64_t b);

#endif
