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
	if (embeddings->flags & ~(uint32_t)(VKC_CENTER | VKC_BORROW) || embeddings->reserved)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "vkc_upload: flags is 0x%" PRIx32 " and reserved 0x%" PRIx32
		                 "; flags takes VKC_CENTER, VKC_BORROW, both or 0, reserved takes 0.",
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

/* Checks everything that can be checked before any of the previous upload is discarded. */
static VkcResult check(VkComputeContext *ctx, const char *function,
                       const VkcEmbeddings *embeddings, struct source *source)
{
	const uint64_t caches = ctx->engine.device.memory_used - rows_device_bytes(&ctx->rows);
	VkcResult result = check_sizes(ctx, function, embeddings, source);
	/* Check sizes before reading any data: a wrong size would read outside the caller's array. */
	if (result == VKC_SUCCESS)
		result = rows_check(&ctx->engine, source);
	if (result == VKC_SUCCESS && !(embeddings->flags & VKC_BORROW))
		result = rows_check_copy(&ctx->engine, source, caches);
	return result == VKC_SUCCESS ? check_finite(ctx, function, source) : result;
}

static VkcResult keep_numbers(VkComputeContext *ctx, const struct source *source, bool borrow,
                              struct numbers *numbers)
{
	/* Now it shows how much memory freeing the caches has given back. */
	VkcResult result = borrow ? VKC_SUCCESS : rows_check_copy(&ctx->engine, source, 0);
	if (result == VKC_SUCCESS && !numbers_keep(numbers, source, borrow))
		result = error_set(&ctx->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                   "The host has no memory left for a copy of %" PRIu32 " rows of %" PRIu32
		                   " numbers, %" PRIu64
		                   " bytes: free some, or upload with the flag VKC_BORROW, which makes no "
		                   "copy.",
		                   source->num_rows, source->dim, numbers_copy_bytes(source));
	return result;
}

/* Makes rows of the embeddings. On failure *rows is zeroed, and the previous upload stays. */
static VkcResult make_rows(VkComputeContext *ctx, const char *function,
                           const VkcEmbeddings *embeddings, struct rows *rows)
{
	struct source source = {0};
	struct numbers numbers;
	*rows = (struct rows){0};
	VkcResult result = check(ctx, function, embeddings, &source);
	/* Tiles of the previous matrix may still be in flight. */
	if (result == VKC_SUCCESS)
		result = stream_drain(&ctx->engine.stream);
	if (result != VKC_SUCCESS)
		return result;
	/* Free the previous matrix first: the new upload may need its memory, and it can be
	 * recomputed. */
	gram_reset(&ctx->gram);
	strategies_reset(&ctx->strategies);
	result = keep_numbers(ctx, &source, embeddings->flags & VKC_BORROW, &numbers);
	if (result != VKC_SUCCESS)
		return result;
	return rows_create(&ctx->engine, &numbers, embeddings->flags & VKC_CENTER, rows);
}

static VkcResult upload(VkComputeContext *ctx, const char *function,
                        const VkcEmbeddings *embeddings)
{
	struct rows rows;
	/* A validation message makes the call fail, too. Until it is certain that the call succeeds,
	 * the previous rows stay: after a failure the caller frees what the new ones borrow. */
	VkcResult result = context_leave(ctx, make_rows(ctx, function, embeddings, &rows));
	struct rows *unused = result == VKC_SUCCESS ? &ctx->rows : &rows;
	rows_destroy(&ctx->engine.device, unused);
	if (result == VKC_SUCCESS)
		ctx->rows = rows;
	return result;
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
	return upload(ctx, function, &known);
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
	return upload(ctx, function, &described);
}
