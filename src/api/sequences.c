/* SPDX-License-Identifier: MIT
 *
 * The public functions for diversity sequences. */
#include "sequence/continue.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "api/arguments.h"
#include "api/struct_size.h"

/* Checks that the elements of sequence s are items, each at most once. seen: for each item, 1 + the
 * index of the sequence that last contained it. */
static VkcResult check_sequence(VkComputeContext *ctx, const char *function, uint32_t *seen,
                                uint32_t s, const uint32_t *sequence, uint32_t length)
{
	const uint32_t n = ctx->rows.num_rows;
	for (uint32_t i = 0; i < length; i++) {
		const uint32_t item = sequence[i];
		if (item >= n)
			return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
			                 "%s: element %" PRIu32 " of sequence %" PRIu32 " is %" PRIu32
			                 "; items go from 0 to %" PRIu32 ".",
			                 function, i, s, item, n - 1);
		if (seen[item] == s + 1)
			return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
			                 "%s: element %" PRIu32 " of sequence %" PRIu32
			                 " repeats item %" PRIu32 "; a prefix names each item once.",
			                 function, i, s, item);
		seen[item] = s + 1;
	}
	return VKC_SUCCESS;
}

/* Checks num_sequences prefixes. Each begins `stride` elements after the one before. Their lengths
 * are in `lengths`, or prefix_length if that is NULL. */
static VkcResult check_prefixes(VkComputeContext *ctx, const char *function,
                                const uint32_t *prefixes, uint32_t num_sequences, uint64_t stride,
                                const uint32_t *lengths, uint32_t prefix_length)
{
	VkcResult result = VKC_SUCCESS;
	uint32_t *seen = calloc(ctx->rows.num_rows, sizeof(*seen));
	if (!seen)
		return error_set(&ctx->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                 "%s: the host has no memory left to check the prefixes: free some.",
		                 function);
	for (uint32_t s = 0; s < num_sequences && result == VKC_SUCCESS; s++)
		result = check_sequence(ctx, function, seen, s, prefixes + s * stride,
		                        lengths ? lengths[s] : prefix_length);
	free(seen);
	return result;
}

static VkcResult check_length(VkComputeContext *ctx, const char *function, uint32_t length)
{
	const uint32_t n = ctx->rows.num_rows;
	if (length >= 1 && length <= n)
		return VKC_SUCCESS;
	return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
	                 "%s: length is %" PRIu32 "; it takes 1 to %" PRIu32 ", the number of items.",
	                 function, length, n);
}

static VkcResult compute(VkComputeContext *ctx, const uint32_t *prefixes,
                         uint32_t num_sequences, uint32_t prefix_length, uint32_t length,
                         uint32_t *output)
{
	static const char function[] = "vkc_compute_diversity_sequences";
	VkcResult result = check_length(ctx, function, length);
	if (result != VKC_SUCCESS)
		return result;
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
	result = check_prefixes(ctx, function, prefixes, num_sequences, prefix_length, NULL,
	                        prefix_length);
	if (result != VKC_SUCCESS)
		return result;
	const struct sequences sequences = {
		.prefixes = prefixes,
		.num_sequences = num_sequences,
		.prefix_length = prefix_length,
		.length = length,
		.output = output,
	};
	return sequences_compute(&ctx->strategies, objective_get(OBJECTIVE_CENTROID_FARTHEST),
	                         &sequences);
}

VkcResult vkc_compute_diversity_sequences(VkComputeContext *ctx, const uint32_t *prefixes,
                                          uint32_t num_sequences, uint32_t prefix_length,
                                          uint32_t length, uint32_t *output_sequences)
{
	VkcResult result = context_enter_uploaded(ctx, "vkc_compute_diversity_sequences");
	if (result != VKC_SUCCESS)
		return result;
	return context_leave(ctx, compute(ctx, prefixes, num_sequences, prefix_length, length,
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
	const struct sequences sequences = {
		.prefixes = &start,
		.num_sequences = 1,
		.prefix_length = 1,
		.length = n,
		.output = output_sequence,
	};
	result = sequences_compute(&ctx->strategies, objective_get(OBJECTIVE_CENTROID_FARTHEST),
	                           &sequences);
	return context_leave(ctx, result);
}

static VkcResult continue_for(VkComputeContext *ctx, const struct continuation *continuation,
                              double seconds)
{
	static const char function[] = "vkc_continue_diversity_sequences";
	const uint32_t num_sequences = continuation->num_sequences;
	const uint32_t length = continuation->length;
	VkcResult result = check_length(ctx, function, length);
	if (result != VKC_SUCCESS)
		return result;
	if (!isfinite(seconds) || seconds <= 0)
		return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: seconds is %g; it takes a finite number above 0.", function, seconds);
	if (!num_sequences)
		return VKC_SUCCESS;
	if (!continuation->sequences)
		return argument_is_null(ctx, function, "sequences", "num_sequences x length indices");
	if (!continuation->lengths)
		return argument_is_null(ctx, function, "lengths", "num_sequences numbers");
	if (!argument_addressable(num_sequences, length, sizeof(uint32_t)))
		return argument_too_large(ctx, function, "sequences", num_sequences, length);
	for (uint32_t s = 0; s < num_sequences; s++)
		if (continuation->lengths[s] < 1 || continuation->lengths[s] > length)
			return error_set(&ctx->error, VKC_ERROR_INVALID_ARGUMENT,
			                 "%s: lengths[%" PRIu32 "] is %" PRIu32 "; it takes 1 to %" PRIu32
			                 ", the requested length.",
			                 function, s, continuation->lengths[s], length);
	result = check_prefixes(ctx, function, continuation->sequences, num_sequences, length,
	                        continuation->lengths, 0);
	if (result != VKC_SUCCESS)
		return result;
	return sequences_continue(&ctx->strategies, objective_get(OBJECTIVE_CENTROID_FARTHEST),
	                          continuation, seconds);
}

VkcResult vkc_continue_diversity_sequences(VkComputeContext *ctx, uint32_t *sequences,
                                           uint32_t *lengths, uint32_t num_sequences,
                                           uint32_t length, double seconds)
{
	VkcResult result = context_enter_uploaded(ctx, "vkc_continue_diversity_sequences");
	if (result != VKC_SUCCESS)
		return result;
	const struct continuation continuation = {
		.sequences = sequences,
		.lengths = lengths,
		.num_sequences = num_sequences,
		.length = length,
	};
	return context_leave(ctx, continue_for(ctx, &continuation, seconds));
}

VkcResult vkc_get_decision_counts(const VkComputeContext *ctx, VkcDecisionCounts *counts)
{
	static const char function[] = "vkc_get_decision_counts";
	static const struct struct_type type = STRUCT_TYPE(VkcDecisionCounts, ties);
	/* As in vkc_get_device_info(), a failure writes only the error message. */
	VkComputeContext *entered = (VkComputeContext *)ctx;
	VkcResult result = context_enter(entered, function);
	if (result == VKC_SUCCESS)
		result = struct_check(&entered->error, function, "counts", &type, counts);
	if (result != VKC_SUCCESS)
		return result;
	const struct exact_counts *decisions = &ctx->strategies.decisions.counts;
	const VkcDecisionCounts known = {
		.struct_size = sizeof(known),
		.by_filter = decisions->by_filter,
		.by_integers = decisions->by_integer,
		.ties = decisions->ties,
	};
	struct_narrow(&known, counts, 0);
	return VKC_SUCCESS;
}
