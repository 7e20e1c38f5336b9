/* SPDX-License-Identifier: MIT
 *
 * The baseline for vulkan-compute: a process that only makes the same calls of the library.
 * Prints the seconds from initialisation to the last result, the seconds for writing the
 * result, and the bytes of device memory in use at the end. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"

/* Sequences per call, as in bench_diversity. */
#define BATCH 1024
#define WRITE_BYTES (32ull << 20)

static void whole_matrix(VkComputeContext *ctx, const struct data *data, float *matrix)
{
	check_ok(ctx, vkc_upload_embeddings(ctx, data->rows, data->n, data->d));
	check_ok(ctx, vkc_compute_similarity_matrix(ctx, matrix));
}

static void all_walks(VkComputeContext *ctx, const struct data *data, uint32_t length,
                      uint32_t *starts, uint32_t *output)
{
	check_ok(ctx, vkc_upload_embeddings(ctx, data->rows, data->n, data->d));
	for (uint32_t first = 0; first < data->n; first += BATCH) {
		uint32_t count = data->n - first < BATCH ? data->n - first : BATCH;
		for (uint32_t w = 0; w < count; w++)
			starts[w] = first + w;
		check_ok(ctx, vkc_compute_diversity_sequences(ctx, starts, count, 1, length, output));
	}
}

/* Writes like the program: allocates the space, writes in blocks, waits for the disk. */
static void write_matrix(const char *path, const float *matrix, uint64_t bytes)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool good = file >= 0 && posix_fallocate(file, 0, (off_t)bytes) == 0;
	for (uint64_t done = 0; good && done < bytes;) {
		uint64_t count = bytes - done < WRITE_BYTES ? bytes - done : WRITE_BYTES;
		ssize_t wrote = write(file, (const char *)matrix + done, count);
		good = wrote > 0;
		done += good ? (uint64_t)wrote : 0;
	}
	if (!good || fsync(file) != 0 || close(file) != 0)
		die("Cannot write %s.", path);
}

int main(int argc, char **argv)
{
	struct settings settings = {.data = "embeddings.npy", .rounds = 1};
	settings_read(&settings, argc, argv, "data n task length output",
	              "Makes the library calls of similarity-matrix (with --output, also writes the\n"
	              "matrix) or diversity-all. Prints the seconds for the calls, the seconds for\n"
	              "writing, and the bytes of device memory.");
	struct data data = data_open(&settings);
	bool walks = settings.task && !strcmp(settings.task, "diversity-all");
	uint32_t length = data.n;
	if (settings.length && settings.length < length)
		length = (uint32_t)settings.length;
	uint64_t bytes = (uint64_t)data.n * data.n * sizeof(float);
	float *matrix = walks ? NULL : allocate(bytes, 1);
	uint32_t *starts = allocate(BATCH, sizeof(*starts));
	uint32_t *output = walks ? allocate((uint64_t)BATCH * length, sizeof(*output)) : NULL;
	/* Maps the caller's buffers before the measurement. */
	if (walks)
		memset(output, 1, (uint64_t)BATCH * length * sizeof(*output));
	else
		memset(matrix, 1, bytes);

	double begin = seconds_now();
	VkComputeContext *ctx = context_new(&settings);
	if (walks)
		all_walks(ctx, &data, length, starts, output);
	else
		whole_matrix(ctx, &data, matrix);
	double computed = seconds_now();
	if (settings.output)
		write_matrix(settings.output, matrix, bytes);
	printf("%.9f %.9f %lu\n", computed - begin, seconds_now() - computed,
	       context_info(ctx).memory_used);

	vkc_destroy(ctx);
	free(matrix);
	free(starts);
	free(output);
	data_close(&data);
	return 0;
}
