/* SPDX-License-Identifier: MIT
 *
 * Prints one line for each data set: a hash of everything that the library computes from it. Two
 * drivers that agree print the same lines. The device name goes to standard error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t sum, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3u;
	return sum;
}

static void check(const VkComputeContext *ctx, VkcResult result, const char *call)
{
	if (result == VKC_SUCCESS)
		return;
	fprintf(stderr, "%s: %s (%s)\n", call, vkc_result_string(result), vkc_last_error(ctx));
	exit(1);
}

#define CHECK(ctx, call) check((ctx), (call), #call)

static uint64_t digest(VkComputeContext *ctx, const Data *data, uint32_t flags)
{
	const VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings),
	                                  .type = VKC_FLOAT32,
	                                  .data = data->floats,
	                                  .num_embeddings = data->n,
	                                  .embedding_dim = data->d,
	                                  .flags = flags};
	size_t n = data->n;
	uint32_t k = data->n > 10 ? 10 : data->n - 1;
	uint32_t num_walks = data->n > 64 ? 64 : data->n;
	float *matrix = allocate(n * n, sizeof(float));
	uint32_t *walks = allocate(num_walks * n, sizeof(uint32_t));
	uint32_t *starts = allocate(num_walks, sizeof(uint32_t));
	uint64_t sum = 0xcbf29ce484222325u;

	CHECK(ctx, vkc_upload(ctx, &embeddings));
	CHECK(ctx, vkc_compute_similarity_matrix(ctx, matrix));
	sum = hash(sum, matrix, n * n * sizeof(float));
	CHECK(ctx, vkc_compute_similarity_packed(ctx, matrix));
	sum = hash(sum, matrix, n * (n - 1) / 2 * sizeof(float));
	for (uint32_t i = 0; i < num_walks; i++)
		starts[i] = (uint32_t)(i * n / num_walks);
	CHECK(ctx, vkc_compute_diversity_sequences(ctx, starts, num_walks, 1, data->n, walks));
	sum = hash(sum, walks, num_walks * n * sizeof(uint32_t));
	if (k) {
		/* k is at most the number of walks, so the buffer is large enough. */
		CHECK(ctx, vkc_compute_nearest_neighbors(ctx, 0, data->n, k, walks, matrix));
		sum = hash(sum, matrix, n * k * sizeof(float));
		sum = hash(sum, walks, n * k * sizeof(uint32_t));
	}
	free(matrix);
	free(walks);
	free(starts);
	return sum;
}

int main(void)
{
	static const uint32_t sizes[][2] = {{1, 1}, {2, 3}, {65, 17}, {200, 64}, {531, 100}};
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	VkComputeContext *ctx = NULL;

	check(NULL, vkc_init_with_options(NULL, &ctx), "vkc_init_with_options");
	check(ctx, vkc_get_device_info(ctx, &info), "vkc_get_device_info");
	fprintf(stderr, "%s, %s\n", info.name, info.driver);
	for (int kind = 0; kind < DATA_KINDS; kind++)
		for (size_t size = 0; size < COUNT(sizes); size++) {
			Data data = data_make((DataKind)kind, sizes[size][0], sizes[size][1], 7);

			for (uint32_t flags = 0; flags <= VKC_CENTER; flags++)
				printf("%s %u x %u%s: %016" PRIx64 "\n",
				       data_kind_name((DataKind)kind), data.n, data.d,
				       flags ? " centred" : "", digest(ctx, &data, flags));
			data_free(&data);
		}
	vkc_destroy(ctx);
	return 0;
}
