/* SPDX-License-Identifier: MIT
 *
 * The public functions on a context: arguments are checked here, once; what they call
 * can trust them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/context.h"
#include "matrix/neighbors.h"
#include "matrix/similarity.h"

/* Whether a times b times c elements of `size` bytes can be addressed. */
static bool addressable(uint64_t a, uint64_t b, uint64_t size)
{
	return !a || !b || (b <= SIZE_MAX / size && a <= SIZE_MAX / size / b);
}

static VkcResult too_large(VkComputeContext *ctx, const char *function, const char *output,
                           uint64_t a, uint64_t b)
{
	return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
	                 "%s: %s would have %" PRIu64 " x %" PRIu64
	                 " elements, more than a process can address: ask for less at a time.",
	                 function, output, a, b);
}

static VkcResult is_null(VkComputeContext *ctx, const char *function, const char *name,
                         const char *expected)
{
	return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT, "%s: %s is NULL; it takes %s.",
	                 function, name, expected);
}

/* ---- Upload --------------------------------------------------------------------- */

/* The struct of vkc_upload(), before what it describes. */
static VkcResult check_description(VkComputeContext *ctx, const VkcEmbeddings *embeddings)
{
	struct error *error = &ctx->error;
	if (!embeddings)
		return is_null(ctx, "vkc_upload", "embeddings", "the address of a VkcEmbeddings");
	if (embeddings->struct_size != sizeof(*embeddings))
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "vkc_upload: embeddings->struct_size is %" PRIu32
		                 "; set it to sizeof(VkcEmbeddings), which is %zu.",
		                 embeddings->struct_size, sizeof(*embeddings));
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
		return is_null(ctx, "vkc_upload", "data", "the address of the first number");
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
		                 "%s: row_stride is %" PRIu64 "; it takes 0 or a multiple of %u "
		                 "from %" PRIu64 " (a row's bytes) on.",
		                 function, stride, size, row_bytes);
	if (!addressable(embeddings->num_embeddings, stride, 1))
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
	/* Sizes first: with wrong ones there is no data to look at. */
	if (result == VKC_SUCCESS)
		result = rows_check(&ctx->engine, &source);
	if (result == VKC_SUCCESS)
		result = check_finite(ctx, function, &source);
	if (result != VKC_SUCCESS)
		return result;
	/* Parts of the old matrix that nobody has read yet may still be computed. */
	result = stream_drain(&ctx->engine.stream);
	if (result != VKC_SUCCESS)
		return result;
	/* The old matrix can be computed again; its memory may be what the new rows need. */
	gram_reset(&ctx->gram);
	strategies_reset(&ctx->strategies);
	result = rows_create(&ctx->engine, &source, embeddings->flags & VKC_CENTER,
	                     &rows);
	if (result != VKC_SUCCESS)
		return result;
	rows_destroy(&ctx->engine.device, &ctx->rows);
	ctx->rows = rows;
	return VKC_SUCCESS;
}

VkcResult vkc_upload(VkComputeContext *ctx, const VkcEmbeddings *embeddings)
{
	static const char function[] = "vkc_upload";
	VkcResult result = context_enter(ctx, function);
	if (result == VKC_SUCCESS)
		result = check_description(ctx, embeddings);
	if (result != VKC_SUCCESS)
		return result;
	return context_leave(ctx, upload(ctx, function, embeddings));
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
		return is_null(ctx, function, "embeddings", "num_embeddings x embedding_dim floats");
	return context_leave(ctx, upload(ctx, function, &described));
}

/* ---- Diversity sequences ---------------------------------------------------------- */

/* Whether every prefix names items that exist, each once. */
static VkcResult check_prefixes(VkComputeContext *ctx, const char *function,
                                const uint32_t *prefixes, uint32_t num_sequences,
                                uint32_t prefix_length)
{
	uint32_t n = ctx->rows.num_rows;
	VkcResult result = VKC_SUCCESS;
	/* When an item was last seen: the sequence's number + 1. */
	uint32_t *seen = calloc(prefix_length > 1 ? n : 1, sizeof(*seen));
	if (!seen)
		return error_set(&ctx->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "%s: the host has no memory left to check the prefixes: free some.",
		                 function);
	for (uint32_t s = 0; s < num_sequences && result == VKC_SUCCESS; s++) {
		for (uint32_t i = 0; i < prefix_length && result == VKC_SUCCESS; i++) {
			uint32_t item = prefixes[(uint64_t)s * prefix_length + i];
			if (item >= n)
				result = error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
				                   "%s: element %" PRIu32 " of sequence %" PRIu32
				                   " is %" PRIu32 "; items go from 0 to %" PRIu32 ".",
				                   function, i, s, item, n - 1);
			else if (prefix_length > 1 && seen[item] == s + 1)
				result = error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
				                   "%s: element %" PRIu32 " of sequence %" PRIu32
				                   " repeats item %" PRIu32
				                   "; a prefix names each item once.",
				                   function, i, s, item);
			else if (prefix_length > 1)
				seen[item] = s + 1;
		}
	}
	free(seen);
	return result;
}

static VkcResult sequences(VkComputeContext *ctx, const uint32_t *prefixes,
                           uint32_t num_sequences, uint32_t prefix_length, uint32_t length,
                           uint32_t *output)
{
	static const char function[] = "vkc_compute_diversity_sequences";
	uint32_t n = ctx->rows.num_rows;
	if (length < 1 || length > n)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: length is %" PRIu32 "; it takes 1 to %" PRIu32
		                 ", the number of items.",
		                 function, length, n);
	if (prefix_length < 1 || prefix_length > length)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: prefix_length is %" PRIu32 "; it takes 1 to %" PRIu32
		                 ", the length asked for.",
		                 function, prefix_length, length);
	if (!num_sequences)
		return VKC_SUCCESS;
	if (!prefixes)
		return is_null(ctx, function, "prefixes",
		               "num_sequences x prefix_length indices");
	if (!output)
		return is_null(ctx, function, "output_sequences", "num_sequences x length indices");
	if (!addressable(num_sequences, length, sizeof(uint32_t)))
		return too_large(ctx, function, "output_sequences", num_sequences, length);
	VkcResult result = check_prefixes(ctx, function, prefixes, num_sequences, prefix_length);
	if (result != VKC_SUCCESS)
		return result;
	return sequences_compute(&ctx->strategies, prefixes, num_sequences, prefix_length, length,
	                         output);
}

VkcResult vkc_compute_diversity_sequences(VkComputeContext *ctx, const uint32_t *prefixes,
                                          uint32_t num_sequences, uint32_t prefix_length,
                                          uint32_t length, uint32_t *output_sequences)
{
	VkcResult result = context_enter_uploaded(ctx, "vkc_compute_diversity_sequences");
	if (result != VKC_SUCCESS)
		return result;
	return context_leave(ctx, sequences(ctx, prefixes, num_sequences, prefix_length, length,
	                                    output_sequences));
}

VkcResult vkc_compute_diversity_sequence(VkComputeContext *ctx, uint32_t start,
                                         uint32_t *output_sequence)
{
	static const char function[] = "vkc_compute_diversity_sequence";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (start >= n)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: start is %" PRIu32 "; items go from 0 to %" PRIu32 ".", function,
		                 start, n - 1);
	if (!output_sequence)
		return is_null(ctx, function, "output_sequence", "n indices");
	return context_leave(ctx, sequences_compute(&ctx->strategies, &start, 1, 1, n,
	                                            output_sequence));
}

/* ---- Similarity ------------------------------------------------------------------- */

/* Whether rows first_row … first_row + num_rows - 1 exist. */
static VkcResult check_rows(VkComputeContext *ctx, const char *function, uint32_t first_row,
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

VkcResult vkc_compute_similarity_matrix(VkComputeContext *ctx, float *output_matrix)
{
	static const char function[] = "vkc_compute_similarity_matrix";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result != VKC_SUCCESS)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (!output_matrix)
		return is_null(ctx, function, "output_matrix", "n x n floats");
	if (!addressable(n, n, sizeof(float)))
		return too_large(ctx, function, "output_matrix", n, n);
	return context_leave(ctx, similarity_matrix(&ctx->gram, output_matrix));
}

VkcResult vkc_compute_similarity_rows(VkComputeContext *ctx, uint32_t first_row,
                                      uint32_t num_rows, float *output_rows)
{
	static const char function[] = "vkc_compute_similarity_rows";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result == VKC_SUCCESS)
		result = check_rows(ctx, function, first_row, num_rows);
	if (result != VKC_SUCCESS || !num_rows)
		return result;
	uint32_t n = ctx->rows.num_rows;
	if (!output_rows)
		return is_null(ctx, function, "output_rows", "num_rows x n floats");
	if (!addressable(num_rows, n, sizeof(float)))
		return too_large(ctx, function, "output_rows", num_rows, n);
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
		return is_null(ctx, function, "output_packed", "n (n - 1) / 2 floats");
	if (!addressable(n, n, sizeof(float)))
		return too_large(ctx, function, "output_packed", n, n);
	return context_leave(ctx, similarity_packed(&ctx->gram, output_packed));
}

VkcResult vkc_compute_nearest_neighbors(VkComputeContext *ctx, uint32_t first_row,
                                        uint32_t num_rows, uint32_t k, uint32_t *output_indices,
                                        float *output_similarities)
{
	static const char function[] = "vkc_compute_nearest_neighbors";
	VkcResult result = context_enter_uploaded(ctx, function);
	if (result == VKC_SUCCESS)
		result = check_rows(ctx, function, first_row, num_rows);
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
		                 "%s: output_indices and output_similarities are both NULL; one of them "
		                 "takes num_rows x k results, or both do.",
		                 function);
	if (!addressable(num_rows, k, sizeof(uint32_t)))
		return too_large(ctx, function, "output_indices", num_rows, k);
	return context_leave(ctx, neighbors_nearest(&ctx->neighbors, first_row, num_rows, k,
	                                            output_indices, output_similarities));
}
