/* SPDX-License-Identifier: MIT
 *
 * The public upload functions. */
#include <inttypes.h>

#include "api/arguments.h"
#include "api/struct_size.h"

/* Checks the struct passed to vkc_upload() and widens it into *embeddings. The data is checked
 * later. */
static VkcResult check_description(VkComputeContext *ctx, const VkcEmbeddings *given,
                                   VkcEmbeddings *embeddings)
{
	static const struct struct_type type = STRUCT_TYPE(VkcEmbeddings, reserved);
	struct error *error = &ctx->error;
	VkcResult result = struct_widen(error, "vkc_upload", "embeddings", &type, given, embeddings);
	if (result != VKC_SUCCESS)
		return result;
	if (!type_size(embeddings->type))
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "vkc_upload: type is %d; it takes VKC_FLOAT32, VKC_FLOAT64 or "
		                 "VKC_FLOAT16.",
		                 (int)embeddings->type);
	if (embeddings->flags & ~(uint32_t)VKC_CENTER || embeddings->reserved)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "vkc_upload: flags is 0x%" PRIx32 " and reserved 0x%" PRIx32
		                 "; flags takes VKC_CENTER or 0, reserved takes 0.",
		                 embeddings->flags, embeddings->reserved);
	if (!embeddings->data)
		return argument_is_null(ctx, "vkc_upload", "data", "the address of the first number");
	return VKC_SUCCESS;
}

static VkcResult check_sizes(VkComputeContext *ctx, const char *function,
                             const VkcEmbeddings *embeddings, struct source *source)
{
	struct error *error = &ctx->error;
	uint32_t size = type_size(embeddings->type);
	if (!embeddings->num_embeddings || !embeddings->embedding_dim)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: there are %" PRIu32 " embeddings of %" PRIu32
		                 " numbers; both must be at least 1.",
		                 function, embeddings->num_embeddings, embeddings->embedding_dim);
	uint64_t row_bytes = (uint64_t)embeddings->embedding_dim * size;
	uint64_t stride = embeddings->row_stride ? embeddings->row_stride : row_bytes;
	if (stride < row_bytes || stride % size)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: row_stride is %" PRIu64 "; it takes 0 or a multiple of %u that is at "
		                 "least %" PRIu64 " (the bytes of a row).",
		                 function, stride, size, row_bytes);
	if (!argument_addressable(embeddings->num_embeddings, stride, 1))
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: %" PRIu32 " rows of %" PRIu64
		                 " bytes are more than a process can address; check num_embeddings%s.",
		                 function, embeddings->num_embeddings, stride,
		                 embeddings->row_stride ? " and row_stride" : " and embedding_dim");
	*source = (struct source){
		.data = embeddings->data,
		.num_rows = embeddings->num_embeddings,
		.dim = embeddings->embedding_dim,
		.stride = stride,
		.type = embeddings->type,
	};
	return VKC_SUCCESS;
}

static VkcResult check_finite(VkComputeContext *ctx, const char *function,
                              const struct source *source)
{
	uint32_t row, column;
	if (!source_is_finite(source, &row, &column))
		return error_set(&ctx->error, VKC_ERROR_NOT_FINITE,
		                 "%s: the number in row %" PRIu32 ", column %" PRIu32
		                 " (both from 0) is NaN or infinite; embeddings must be finite.",
		                 function, row, column);
	return VKC_SUCCESS;
}

static VkcResult upload(VkComputeContext *ctx, const char *function,
                        const VkcEmbeddings *embeddings)
{
	struct source source;
	struct rows rows;
	VkcResult result = check_sizes(ctx, function, embeddings, &source);
	/* Check sizes before reading any data: a wrong size would read outside the caller's array. */
	if (result == VKC_SUCCESS)
		result = rows_check(&ctx->engine, &source);
	if (result == VKC_SUCCESS)
		result = check_finite(ctx, function, &source);
	if (result != VKC_SUCCESS)
		return result;
	/* Tiles of the previous matrix may still be in flight. */
	result = stream_drain(&ctx->engine.stream);
	if (result != VKC_SUCCESS)
		return result;
	/* Free the previous matrix first: the new rows may need its memory, and it can be
	 * recomputed. */
	gram_reset(&ctx->gram);
	strategies_reset(&ctx->strategies);
	result = rows_create(&ctx->engine, &source, embeddings->flags & VKC_CENTER, false, &rows);
	if (result != VKC_SUCCESS)
		return result;
	rows_destroy(&ctx->engine.device, &ctx->rows);
	ctx->rows = rows;
	return VKC_SUCCESS;
}

VkcResult vkc_upload(VkComputeContext *ctx, const VkcEmbeddings *embeddings)
{
	static const char function[] = "vkc_upload";
	VkcEmbeddings known;
	VkcResult result = context_enter(ctx, function);
	if (result == VKC_SUCCESS)
		result = check_description(ctx, embeddings, &known);
	if (result != VKC_SUCCESS)
		return result;
	return context_leave(ctx, upload(ctx, function, &known));
}

VkcResult vkc_upload_embeddings(VkComputeContext *ctx, const float *embeddings,
                                uint32_t num_embeddings, uint32_t embedding_dim)
{
	static const char function[] = "vkc_upload_embeddings";
	const VkcEmbeddings described = {
		.struct_size = sizeof(described),
		.type = VKC_FLOAT32,
		.data = embeddings,
		.num_embeddings = num_embeddings,
		.embedding_dim = embedding_dim,
	};
	VkcResult result = context_enter(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	if (!embeddings)
		return argument_is_null(ctx, function, "embeddings",
		                        "num_embeddings x embedding_dim floats");
	return context_leave(ctx, upload(ctx, function, &described));
}
