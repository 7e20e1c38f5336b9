/* SPDX-License-Identifier: MIT
 *
 * The public functions for diversity sequences. */
#include "sequence/sequences.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/arguments.h"

/* Checks that every prefix names existing items, each at most once. */
static VkcResult check_prefixes(VkComputeContext *ctx, const char *function,
                                const uint32_t *prefixes, uint32_t num_sequences,
                                uint32_t prefix_length)
{
	uint32_t n = ctx->rows.num_rows;
	VkcResult result = VKC_SUCCESS;
	/* For each item, 1 + the index of the sequence that last contained it. */
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
		                 ", the requested length.",
		                 function, prefix_length, length);
	if (!num_sequences)
		return VKC_SUCCESS;
	if (!prefixes)
		return argument_is_null(ctx, function, "prefixes",
		                        "num_sequences x prefix_length indices");
	if (!output)
		return argument_is_null(ctx, function, "output_sequences",
		                        "num_sequences x length indices");
	if (!argument_addressable(num_sequences, length, sizeof(uint32_t)))
		return argument_too_large(ctx, function, "output_sequences", num_sequences, length);
	VkcResult result = check_prefixes(ctx, function, prefixes, num_sequences, prefix_length);
	if (result != VKC_SUCCESS)
		return result;
	return sequences_compute(&ctx->strategies, objective_get(OBJECTIVE_CENTROID_FARTHEST), prefixes,
	                         num_sequences, prefix_length, length, output);
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
		return argument_is_null(ctx, function, "output_sequence", "n indices");
	result = sequences_compute(&ctx->strategies, objective_get(OBJECTIVE_CENTROID_FARTHEST), &start,
	                           1, 1, n, output_sequence);
	return context_leave(ctx, result);
}
