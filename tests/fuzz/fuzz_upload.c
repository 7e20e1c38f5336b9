/* SPDX-License-Identifier: MIT
 *
 * Random VkcEmbeddings: sizes, types, strides, flags. The data is in a block of exactly the size
 * that the struct describes, so that a sanitizer sees every overrun.
 */
#include "fuzz_input.h"

#include <math.h>
#include <stdbool.h>

enum {
	MOST_BYTES = 1 << 14,
	MEMORY_LIMIT = 64 << 20 /* too little for the matrix of the largest upload */
};

static VkComputeContext *ctx;
/* The block that the current upload borrows, or NULL. */
static uint8_t *borrowed;
static bool uploaded;

static uint64_t number_size(VkcType type)
{
	return type == VKC_FLOAT64 ? 8 : type == VKC_FLOAT32 ? 4
	                                                     : 2;
}

/* Every rule of the header, checked separately. */
static bool is_valid(const VkcEmbeddings *e)
{
	uint64_t size = number_size(e->type);

	if (e->struct_size != sizeof(*e) || (uint32_t)e->type > VKC_FLOAT16 || e->data == NULL)
		return false;
	if (e->num_embeddings == 0 || e->embedding_dim == 0)
		return false;
	if (e->row_stride && (e->row_stride % size || e->row_stride < e->embedding_dim * size))
		return false;
	return (e->flags & ~(uint32_t)(VKC_CENTER | VKC_BORROW)) == 0 && e->reserved == 0;
}

static bool is_finite(const VkcEmbeddings *e, uint64_t stride)
{
	for (uint32_t i = 0; i < e->num_embeddings; i++)
		for (uint32_t j = 0; j < e->embedding_dim; j++) {
			const char *at = (const char *)e->data + i * stride;
			uint16_t half;
			float single;
			double number;

			if (e->type == VKC_FLOAT16) {
				memcpy(&half, at + j * 2, 2);
				if ((half & 0x7C00) == 0x7C00)
					return false;
			} else if (e->type == VKC_FLOAT32) {
				memcpy(&single, at + j * 4, 4);
				if (!isfinite(single))
					return false;
			} else {
				memcpy(&number, at + j * 8, 8);
				if (!isfinite(number))
					return false;
			}
		}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	VkcEmbeddings e = {.struct_size = sizeof(e)};
	VkcResult expected = VKC_ERROR_INVALID_ARGUMENT;
	uint64_t stride, bytes = 16;
	uint8_t *block;
	uint32_t sequence[MOST_BYTES / 2];

	if (!ctx) {
		const VkcOptions options = {.struct_size = sizeof(options), .memory_limit = MEMORY_LIMIT};

		expect(NULL, vkc_init_with_options(&options, &ctx), VKC_SUCCESS,
		       "vkc_init_with_options");
	}
	e.type = (VkcType)take_number(&input, 3);
	e.num_embeddings = take_number(&input, 20);
	e.embedding_dim = take_number(&input, 20);
	e.row_stride = take(&input) % 2 ? take_number(&input, 200) : 0;
	if (take(&input) > 250)
		e.row_stride |= (uint64_t)take_u32(&input) << 32;
	e.flags = take_number(&input, 4);
	if (take(&input) > 250)
		e.reserved = take_u32(&input);
	if (take(&input) > 250)
		e.struct_size = take_u32(&input);
	e.data = &input; /* not NULL; replaced once the block exists */
	if (is_valid(&e)) {
		stride = e.row_stride ? e.row_stride : e.embedding_dim * number_size(e.type);
		if (stride > MOST_BYTES || e.num_embeddings > MOST_BYTES / stride)
			return 0; /* valid, but too large to allocate here */
		bytes = (e.num_embeddings - 1) * stride + e.embedding_dim * number_size(e.type);
		expected = VKC_SUCCESS;
	}
	block = exact(bytes);
	for (uint64_t i = 0; i < bytes && input.size > 0; i++)
		block[i] = take(&input);
	e.data = block;
	if (expected == VKC_SUCCESS && !is_finite(&e, stride))
		expected = VKC_ERROR_NOT_FINITE;
	expect(ctx, vkc_upload(ctx, &e), expected, "vkc_upload");
	if (expected == VKC_SUCCESS) {
		free(borrowed);
		borrowed = e.flags & VKC_BORROW ? block : NULL;
		uploaded = true;
	}
	if (block != borrowed)
		free(block);
	/* A failed upload keeps the previous one. */
	if (uploaded)
		expect(ctx, vkc_compute_diversity_sequence(ctx, 0, sequence), VKC_SUCCESS,
		       "vkc_compute_diversity_sequence");
	return 0;
}
