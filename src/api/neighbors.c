/* SPDX-License-Identifier: MIT
 *
 * The public function for nearest neighbours. */
#include "matrix/neighbors.h"

#include <inttypes.h>

#include "api/arguments.h"

VkcResult vkc_compute_nearest_neighbors(VkComputeContext *ctx, uint32_t first_row,
                                        uint32_t num_rows, uint32_t k, uint32_t *output_indices,
                                        float *output_similarities)
{
	static const char function[] = "vkc_compute_nearest_neighbors";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result == VKC_SUCCESS)
		result = argument_check_rows(ctx, function, first_row, num_rows);
	if (result != VKC_SUCCESS)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (n == 1)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: k is %" PRIu32 ", but the only item has no neighbours.", function,
		                 k);
	if (k < 1 || k > n - 1)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: k is %" PRIu32 "; it takes 1 to %" PRIu32
		                 ", the number of other items.",
		                 function, k, n - 1);
	if (!num_rows)
		return VKC_SUCCESS;
	if (!output_indices && !output_similarities)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: output_indices and output_similarities are both NULL; at least one "
		                 "of them must point to num_rows x k results.",
		                 function);
	if (!argument_addressable(num_rows, k, sizeof(uint32_t)))
		return argument_too_large(ctx, function, "output_indices", num_rows, k);
	return context_leave(ctx, neighbors_nearest(&ctx->neighbors, first_row, num_rows, k,
	                                            output_indices, output_similarities));
}
