/* SPDX-License-Identifier: MIT */
#include "data/rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"
#include "data/mean.h"

/* Bytes of rows that are converted and copied to the device at a time. */
#define STAGING_BYTES (4u << 20)

uint32_t rows_in_block(const struct rows *rows, uint32_t first)
{
	uint32_t left = rows->padded - first;
	return left < rows->rows_per_block ? left : rows->rows_per_block;
}

static uint64_t row_bytes(const struct rows *rows)
{
	return (uint64_t)rows->quads * 16;
}

uint64_t rows_device_bytes(const struct rows *rows)
{
	return row_bytes(rows) * rows->padded;
}

static VkcResult lay_out(struct device *device, const struct source *source, struct rows *rows)
{
	const struct limits *limits = &device->limits;
	if (source->num_rows > UINT32_MAX - TILE || source->dim > UINT32_MAX - 16)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The upload has %" PRIu32 " rows of %" PRIu32
		                 " numbers; the maximum is %" PRIu32 " rows of %" PRIu32 " numbers.",
		                 source->num_rows, source->dim, UINT32_MAX - TILE, UINT32_MAX - 16);
	rows->num_rows = source->num_rows;
	rows->dim = source->dim;
	rows->padded = (source->num_rows + TILE - 1) / TILE * TILE;
	rows->quads = (source->dim + 15) / 16 * 4;

	uint64_t max = limits->storage_range;
	if (limits->allocation < max)
		max = limits->allocation;
	if (limits->texel_elements && limits->texel_elements < max / 16)
		max = limits->texel_elements * 16;
	uint64_t per_block = max / row_bytes(rows) / TILE * TILE;
	if (!per_block)
		return error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                 "Rows of %" PRIu32 " numbers are too long for this device: %d of them "
		                 "take %" PRIu64 " bytes, and a buffer can hold %" PRIu64
		                 ": reduce the dimension, or choose another device (VKC_DEVICE).",
		                 source->dim, TILE, TILE * row_bytes(rows), max);
	/* One dispatch with one workgroup per tile of rows must be able to cover a block. */
	if (per_block / TILE > limits->group_count)
		per_block = (uint64_t)limits->group_count * TILE;
	rows->rows_per_block = per_block < rows->padded ? (uint32_t)per_block : rows->padded;
	rows->num_blocks = (rows->padded - 1) / rows->rows_per_block + 1;
	return VKC_SUCCESS;
}

VkcResult rows_check(struct engine *engine, const struct source *source)
{
	struct device *device = &engine->device;
	const uint32_t max_quads = profile_max_iterations(&engine->profile, 1);
	struct rows rows = {0};
	VkcResult result = lay_out(device, source, &rows);
	uint64_t bytes = rows_device_bytes(&rows);
	/* A dot product is a single loop in the kernels. */
	if (result == VKC_SUCCESS && rows.quads > max_quads)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The embeddings have %" PRIu32
		                 " numbers each, but a CPU driver supports at most %" PRIu32
		                 ": use fewer, or a GPU (VKC_DEVICE).",
		                 source->dim, max_quads * 4);
	if (result == VKC_SUCCESS && bytes > device->memory_limit)
		result = error_set(device->error, VKC_ERROR_OUT_OF_DEVICE_MEMORY,
		                   "The upload needs %" PRIu64 " bytes of device memory, but only %" PRIu64
		                   " may be used: raise the memory limit (VKC_MEMORY_LIMIT) "
		                   "or upload less.",
		                   bytes, device->memory_limit);
	return result;
}

VkcResult rows_check_copy(struct engine *engine, const struct source *source,
                          uint64_t device_bytes_freed)
{
	struct device *device = &engine->device;
	const uint64_t copy = numbers_copy_bytes(source);
	uint64_t needed = copy, allowed = budget_for_host();
	struct rows rows = {0};
	VkcResult result = lay_out(device, source, &rows);
	/* The memory of a CPU device is the host's. */
	if (device->limits.cpu) {
		needed += rows_device_bytes(&rows);
		allowed += min_u64(device_bytes_freed / 10 * 8, UINT64_MAX - allowed);
	}
	if (result == VKC_SUCCESS && needed > allowed)
		result = error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
		                   "The upload needs %" PRIu64 " bytes of host memory, %" PRIu64
		                   " of them for a copy of its numbers, but only %" PRIu64
		                   " may be used: free some, or upload with the flag VKC_BORROW, which "
		                   "makes no copy.",
		                   needed, copy, allowed);
	return result;
}

/* Working memory of the conversion. */
struct conversion {
	const struct source *source;
	int exponent;
	double *mean; /* NULL without centring */
	double *values;
	struct norm *norms;
};

static int32_t largest_of(const int32_t *numbers, uint32_t count)
{
	int32_t largest = 0;
	for (uint32_t c = 0; c < count; c++) {
		int32_t magnitude = numbers[c] < 0 ? -numbers[c] : numbers[c];
		largest = magnitude > largest ? magnitude : largest;
	}
	return largest;
}

/* Converts rows first … first + count - 1, including padding rows, into `to`. */
static void convert(struct rows *rows, struct conversion *conversion, uint32_t first,
                    uint32_t count, int32_t *to)
{
	memset(to, 0, count * row_bytes(rows));
	for (uint32_t r = first; r < first + count && r < rows->num_rows; r++) {
		source_row(conversion->source, r, conversion->exponent, conversion->mean,
		           conversion->values);
		double error;
		conversion->norms[r].number = fixed_row(conversion->values, rows->dim,
		                                        &conversion->norms[r].exponent, to, &error);
		/* Rounded to float, then up. */
		float above = error > 0.0 ? nextafterf((float)error, INFINITY) : 0.0f;
		rows->max_error = above > rows->max_error ? above : rows->max_error;
		int32_t largest = largest_of(to, rows->dim);
		rows->largest = largest > rows->largest ? largest : rows->largest;
		to += (size_t)rows->quads * 4;
	}
}

static VkcResult fill_mapped(struct device *device, struct rows *rows,
                             struct conversion *conversion)
{
	VkcResult result = VKC_SUCCESS;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		struct buffer *block = &rows->blocks[b];
		uint32_t first = b * rows->rows_per_block;
		convert(rows, conversion, first, rows_in_block(rows, first), block->mapped);
		TRY(buffer_flush(device, block, 0, block->size));
	}
error:
	return result;
}

static VkcResult fill_staged(struct device *device, struct stream *stream,
                             struct rows *rows, struct conversion *conversion)
{
	VkcResult result;
	struct buffer staging[2] = {0};
	uint64_t tickets[2] = {0};
	uint32_t at_once = (uint32_t)(STAGING_BYTES / row_bytes(rows));
	at_once = at_once ? at_once : 1;
	at_once = at_once < rows->padded ? at_once : rows->padded;
	for (int i = 0; i < 2; i++)
		TRY(buffer_create(device, BUFFER_STAGING, false, at_once * row_bytes(rows),
		                  "The staging buffer for the upload", &staging[i]));
	unsigned current = 0;
	for (uint32_t first = 0; first < rows->padded;) {
		uint32_t within = first % rows->rows_per_block;
		uint32_t count = rows_in_block(rows, first - within) - within;
		count = count < at_once ? count : at_once;
		struct buffer *from = &staging[current];
		TRY(stream_wait(stream, tickets[current]));
		convert(rows, conversion, first, count, from->mapped);
		TRY(buffer_flush(device, from, 0, count * row_bytes(rows)));
		TRY(stream_begin(stream));
		stream_copy(stream, from, 0, &rows->blocks[first / rows->rows_per_block],
		            within * row_bytes(rows), count * row_bytes(rows));
		TRY(stream_submit(stream, &tickets[current]));
		current = 1 - current;
		first += count;
	}
	TRY(stream_drain(stream));
error:
	if (result != VKC_SUCCESS)
		(void)stream_drain(stream);
	for (int i = 0; i < 2; i++)
		buffer_destroy(device, &staging[i]);
	return result;
}

static VkcResult out_of_host_memory(struct device *device, const struct source *source)
{
	return error_set(device->error, VKC_ERROR_OUT_OF_HOST_MEMORY,
	                 "The host has no memory left to convert %" PRIu32 " rows of %" PRIu32
	                 " numbers: free some.",
	                 source->num_rows, source->dim);
}

VkcResult rows_create(struct engine *engine, const struct numbers *numbers, bool center,
                      struct rows *rows)
{
	VkcResult result;
	struct device *device = &engine->device;
	*rows = (struct rows){.numbers = *numbers};
	const struct source *source = &rows->numbers.source;
	struct conversion conversion = {.source = source};
	TRY(lay_out(device, source, rows));
	conversion.values = calloc(source->dim, sizeof(double));
	conversion.norms = calloc(source->num_rows, sizeof(*conversion.norms));
	rows->blocks = calloc(rows->num_blocks, sizeof(*rows->blocks));
	if (center)
		rows->numbers.mean = calloc(source->dim, sizeof(double));
	conversion.mean = rows->numbers.mean;
	if (!conversion.values || !conversion.norms || !rows->blocks ||
	    (center && !conversion.mean)) {
		result = out_of_host_memory(device, source);
		goto error;
	}
	conversion.exponent = rows->numbers.exponent = source_exponent(source);
	if (center)
		source_mean(source, conversion.mean);

	bool mapped = true;
	for (uint32_t b = 0; b < rows->num_blocks; b++) {
		uint64_t size = rows_in_block(rows, b * rows->rows_per_block) * row_bytes(rows);
		TRY(buffer_create(device, BUFFER_DEVICE, device->limits.texel_elements > 0, size,
		                  "The upload", &rows->blocks[b]));
		mapped &= rows->blocks[b].mapped != NULL;
	}
	if (mapped)
		TRY(fill_mapped(device, rows, &conversion));
	else
		TRY(fill_staged(device, &engine->stream, rows, &conversion));
	if (!weights_create(&rows->weights, conversion.norms, rows->num_rows)) {
		result = out_of_host_memory(device, source);
		goto error;
	}
error:
	free(conversion.values);
	free(conversion.norms);
	if (result != VKC_SUCCESS)
		rows_destroy(device, rows);
	return result;
}

void rows_destroy(struct device *device, struct rows *rows)
{
	if (rows->blocks)
		for (uint32_t b = 0; b < rows->num_blocks; b++)
			buffer_destroy(device, &rows->blocks[b]);
	rows_free_host(rows);
}

void rows_free_host(struct rows *rows)
{
	free(rows->blocks);
	weights_destroy(&rows->weights);
	numbers_free(&rows->numbers);
	*rows = (struct rows){0};
}
