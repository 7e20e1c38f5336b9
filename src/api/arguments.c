/* SPDX-License-Identifier: MIT */
#include "api/arguments.h"

#include <inttypes.h>

bool argument_addressable(uint64_t a, uint64_t b, uint64_t size)
{
	return !a || !b || (b <= SIZE_MAX / size && a <= SIZE_MAX / size / b);
}

VkcResult argument_too_large(VkComputeContext *ctx, const char *function, const char *output,
                             uint64_t a, uint64_t b)
{
	return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
	                 "%s: %s would have %" PRIu64 " x %" PRIu64
	                 " elements, more than a process can address: ask for less at a time.",
	                 function, output, a, b);
}

VkcResult argument_is_null(VkComputeContext *ctx, const char *function, const char *name,
                           const char *expected)
{
	return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT, "%s: %s is NULL; it takes %s.",
	                 function, name, expected);
}

VkcResult argument_check_rows(VkComputeContext *ctx, const char *function, uint32_t first_row,
                              uint32_t num_rows)
{
	uint32_t n = ctx->rows.num_rows;
	if (first_row < n ? num_rows <= n - first_row : !num_rows && first_row == n)
		return VKC_SUCCESS;
	return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
	                 "%s: first_row is %" PRIu32 " and num_rows %" PRIu32
	                 ", but there are %" PRIu32 " rows, numbered from 0.",
	                 function, first_row, num_rows, n);
}
