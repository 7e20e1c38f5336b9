/* SPDX-License-Identifier: MIT
 *
 * A long job in C, split into several calls:
 *
 *     cc pieces.c $(pkg-config --cflags --libs vulkan_compute)
 *     ./a.out [ITEMS]
 *
 * Generates ITEMS embeddings (1000). Computes the similarity matrix a few rows at a time, the
 * nearest neighbours of a few items, and the diversity sequences in batches. Shows progress
 * between two calls; a program can also stop there, or write partial results to a file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <vulkan_compute.h>

enum {
	DIM = 64,
	TOPICS = 5,     /* centres of the items */
	ROWS = 128,     /* rows of the matrix per call */
	SEQUENCES = 64, /* sequences per call */
	LENGTH = 10     /* items per sequence */
};

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void show_progress(const char *what, uint32_t done, uint32_t all)
{
	fprintf(stderr, "\r%s: %" PRIu32 " of %" PRIu32 "%s", what, done, all,
	        done == all ? "\n" : "");
}

/* Returns pseudorandom numbers from -1 to 1, the same in every run. */
static float next_number(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (float)(*state >> 8) / (float)(1 << 23) - 1.0f;
}

static void generate(float *embeddings, uint32_t n)
{
	uint32_t state = 1;
	float topics[TOPICS][DIM];
	for (int t = 0; t < TOPICS; t++)
		for (int j = 0; j < DIM; j++)
			topics[t][j] = next_number(&state);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < DIM; j++)
			embeddings[(size_t)i * DIM + j] =
				topics[i % TOPICS][j] + 0.5f * next_number(&state);
}

/* Prints the mean similarity of two different items. All calls use the same buffer. */
static VkcResult show_matrix(VkComputeContext *ctx, uint32_t n, float *rows)
{
	double sum = 0;
	for (uint32_t first = 0; first < n; first += ROWS) {
		uint32_t count = smaller(ROWS, n - first);
		VkcResult result = vkc_compute_similarity_rows(ctx, first, count, rows);
		if (result != VKC_SUCCESS)
			return result;
		for (size_t i = 0; i < (size_t)count * n; i++)
			sum += rows[i];
		show_progress("rows", first + count, n);
	}
	printf("mean similarity: %.4f\n", (sum - n) / ((double)n * (n - 1)));
	return VKC_SUCCESS;
}

static VkcResult show_neighbors(VkComputeContext *ctx, uint32_t n)
{
	enum {
		ITEMS = 3,
		NEAREST = 4
	};
	uint32_t indices[ITEMS * NEAREST];
	float similarities[ITEMS * NEAREST];
	uint32_t items = smaller(ITEMS, n), k = smaller(NEAREST, n - 1);
	VkcResult result = vkc_compute_nearest_neighbors(ctx, 0, items, k, indices, similarities);
	if (result != VKC_SUCCESS)
		return result;
	for (uint32_t i = 0; i < items; i++) {
		printf("near item %" PRIu32 ":", i);
		for (uint32_t j = 0; j < k; j++)
			printf(" %" PRIu32 " (%.3f)", indices[i * k + j], similarities[i * k + j]);
		printf("\n");
	}
	return VKC_SUCCESS;
}

/* Computes the beginning of the diversity sequence from every item. */
static VkcResult show_sequences(VkComputeContext *ctx, uint32_t n)
{
	uint32_t starts[SEQUENCES], sequences[SEQUENCES * LENGTH];
	uint32_t length = smaller(LENGTH, n);
	for (uint32_t first = 0; first < n; first += SEQUENCES) {
		uint32_t count = smaller(SEQUENCES, n - first);
		for (uint32_t i = 0; i < count; i++)
			starts[i] = first + i;
		VkcResult result =
			vkc_compute_diversity_sequences(ctx, starts, count, 1, length, sequences);
		if (result != VKC_SUCCESS)
			return result;
		if (first == 0) {
			printf("sequence from item 0:");
			for (uint32_t i = 0; i < length; i++)
				printf(" %" PRIu32, sequences[i]);
			printf("\n");
		}
		show_progress("sequences", first + count, n);
	}
	return VKC_SUCCESS;
}

static VkcResult run(VkComputeContext *ctx, const float *embeddings, uint32_t n, float *rows)
{
	VkcResult result = vkc_upload_embeddings(ctx, embeddings, n, DIM);
	if (result == VKC_SUCCESS)
		result = show_matrix(ctx, n, rows);
	if (result == VKC_SUCCESS)
		result = show_neighbors(ctx, n);
	if (result == VKC_SUCCESS)
		result = show_sequences(ctx, n);
	return result;
}

int main(int count, char **arguments)
{
	char *end = NULL;
	unsigned long n = count > 1 ? strtoul(arguments[1], &end, 10) : 1000;
	if (count > 2 || (end && *end) || n < 2 || n > 1000000) {
		fprintf(stderr, "usage: %s [ITEMS, from 2 to 1000000]\n", arguments[0]);
		return 1;
	}

	int status = 2;
	VkComputeContext *ctx = NULL;
	float *embeddings = malloc(n * DIM * sizeof(*embeddings));
	float *rows = malloc(ROWS * n * sizeof(*rows));
	if (!embeddings || !rows) {
		fprintf(stderr, "pieces: not enough memory for %lu items\n", n);
		goto end;
	}
	generate(embeddings, (uint32_t)n);
	ctx = vkc_init();
	/* Without a context, pass NULL to vkc_last_error(). */
	if (!ctx) {
		fprintf(stderr, "pieces: %s\n", vkc_last_error(NULL));
		goto end;
	}
	if (run(ctx, embeddings, (uint32_t)n, rows) != VKC_SUCCESS) {
		fprintf(stderr, "\npieces: %s\n", vkc_last_error(ctx));
		goto end;
	}
	status = 0;
end:
	vkc_destroy(ctx); /* accepts NULL */
	free(rows);
	free(embeddings);
	return status;
}
