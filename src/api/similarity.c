/* SPDX-License-Identifier: MIT
 *
 * The public functions for the similarity matrix. */
#include "matrix/similarity.h"

#include <math.h>

#include "api/arguments.h"
#include "matrix/prepare.h"

VkcResult vkc_compute_similarity_matrix(VkComputeContext *ctx, float *output_matrix)
{
	static const char function[] = "vkc_compute_similarity_matrix";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (!output_matrix)
		return argument_is_null(ctx, function, "output_matrix", "n x n floats");
	if (!argument_addressable(n, n, sizeof(float)))
		return argument_too_large(ctx, function, "output_matrix", n, n);
	return context_leave(ctx, similarity_matrix(&ctx->gram, output_matrix));
}

VkcResult vkc_compute_similarity_rows(VkComputeContext *ctx, uint32_t first_row,
                                      uint32_t num_rows, float *output_rows)
{
	static const char function[] = "vkc_compute_similarity_rows";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result == VKC_SUCCESS)
		result = argument_check_rows(ctx, function, first_row, num_rows);
	if (result != VKC_SUCCESS || !num_rows)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (!output_rows)
		return argument_is_null(ctx, function, "output_rows", "num_rows x n floats");
	if (!argument_addressable(num_rows, n, sizeof(float)))
		return argument_too_large(ctx, function, "output_rows", num_rows, n);
	return context_leave(ctx, similarity_rows(&ctx->gram, first_row, num_rows, output_rows));
}

VkcResult vkc_compute_similarity_packed(VkComputeContext *ctx, float *output_packed)
{
	static const char function[] = "vkc_compute_similarity_packed";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (n == 1)
		return VKC_SUCCESS;
	if (!output_packed)
		return argument_is_null(ctx, function, "output_packed", "n (n - 1) / 2 floats");
	if (!argument_addressable(n, n, sizeof(float)))
		return argument_too_large(ctx, function, "output_packed", n, n);
	return context_leave(ctx, similarity_packed(&ctx->gram, output_packed));
}

VkcResult vkc_matrix_pays(VkComputeContext *ctx, uint64_t num_rows, uint32_t *pays)
{
	static const char function[] = "vkc_matrix_pays";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	if (!pays)
		return argument_is_null(ctx, function, "pays", "the address of a number");
	*pays = gram_pays(&ctx->gram, num_rows);
	return VKC_SUCCESS;
}

VkcResult vkc_prepare_matrix(VkComputeContext *ctx, double seconds, double *fraction)
{
	static const char function[] = "vkc_prepare_matrix";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	if (!isfinite(seconds) || seconds < 0)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: seconds is %g; it takes a finite number, at least 0.", function,
		                 seconds);
	if (!fraction)
		return argument_is_null(ctx, function, "fraction", "the address of a double");
	return context_leave(ctx, prepare_matrix(&ctx->gram, seconds, fraction));
}
