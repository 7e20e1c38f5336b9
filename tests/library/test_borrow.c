/* SPDX-License-Identifier: MIT
 *
 * The uploaded numbers in host memory: a copy, or the caller's array with VKC_BORROW. Where the
 * public interface cannot tell which, this looks into the context.
 */
#define _GNU_SOURCE
#include "support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "api/context.h"
#include "sentence.h"

enum {
	N = 70,
	D = 19,
	GAP = 3
};

/* Whole numbers from -2 to 2, which all types represent. */
static Data integers;

/* The same numbers as one of the types, each row followed by `gap` numbers that are NaN, at an
 * address that is `offset` more than a multiple of a number's size. */
typedef struct Array {
	unsigned char *memory;
	size_t bytes;
	VkcEmbeddings embeddings;
} Array;

static Array array_make(VkcType type, uint32_t gap, uint32_t offset)
{
	static const uint32_t sizes[] = {[VKC_FLOAT32] = 4, [VKC_FLOAT64] = 8, [VKC_FLOAT16] = 2};
	static const uint16_t halves[] = {0xc000, 0xbc00, 0, 0x3c00, 0x4000};
	const uint32_t size = sizes[type];
	const uint64_t stride = (uint64_t)(D + gap) * size;
	Array array = {.bytes = N * stride + offset};

	array.memory = allocate(array.bytes, 1);
	memset(array.memory, 0xff, array.bytes);
	for (uint32_t i = 0; i < N; i++)
		for (uint32_t c = 0; c < D; c++) {
			const double value = integers.doubles[i * D + c];
			const float single = (float)value;
			unsigned char *to = array.memory + offset + i * stride + (uint64_t)c * size;

			if (type == VKC_FLOAT64)
				memcpy(to, &value, size);
			else if (type == VKC_FLOAT32)
				memcpy(to, &single, size);
			else
				memcpy(to, &halves[(int)value + 2], size);
		}
	array.embeddings = (VkcEmbeddings){
		.struct_size = sizeof(array.embeddings),
		.type = type,
		.data = array.memory + offset,
		.num_embeddings = N,
		.embedding_dim = D,
		.row_stride = gap ? stride : 0,
	};
	return array;
}

static void upload(VkComputeContext *ctx, const Array *array, uint32_t flags)
{
	VkcEmbeddings embeddings = array->embeddings;

	embeddings.flags = flags;
	succeed(ctx, vkc_upload(ctx, &embeddings));
}

static void check_answers(VkComputeContext *ctx, const Answers *expected, const char *what)
{
	Answers answers = answers_compute(ctx, N);

	answers_check(&answers, expected, what);
	answers_free(&answers);
}

/* Fails unless the context has the numbers of the array: there, or a copy of them. */
static void check_numbers(const VkComputeContext *ctx, const Array *array, bool borrowed)
{
	const VkcEmbeddings *embeddings = &array->embeddings;
	const struct numbers *numbers = &ctx->rows.numbers;
	const size_t packed = embeddings->type == VKC_FLOAT64   ? D * sizeof(double)
	                      : embeddings->type == VKC_FLOAT32 ? D * sizeof(float)
	                                                        : D * sizeof(uint16_t);
	const size_t stride = embeddings->row_stride ? embeddings->row_stride : packed;

	if (borrowed) {
		assert_ptr_equal(numbers->source.data, embeddings->data);
		assert_null(numbers->copy);
	} else {
		assert_non_null(numbers->copy);
		assert_ptr_equal(numbers->source.data, numbers->copy);
		assert_int_equal(numbers->source.stride, packed);
	}
	assert_int_equal(numbers->source.num_rows, N);
	for (uint32_t i = 0; i < N; i++)
		check_bytes(numbers->source.data + i * numbers->source.stride,
		            (const char *)embeddings->data + i * stride, packed, "row %u", i);
}

static void test_flags_types_and_layouts(void **state)
{
	VkComputeContext *ctx = *state;
	Array packed = array_make(VKC_FLOAT64, 0, 0);

	for (uint32_t center = 0; center <= VKC_CENTER; center++) {
		Answers expected;

		upload(ctx, &packed, center);
		check_numbers(ctx, &packed, false);
		expected = answers_compute(ctx, N);
		for (int kind = 0; kind < 3 * 2 * 2; kind++) {
			Array array = array_make((VkcType)(kind % 3), kind / 3 % 2 * GAP, kind / 6 % 2);
			char what[80];

			snprintf(what, sizeof(what), "type %d, gap %d, offset %d, centred %u", kind % 3,
			         kind / 3 % 2 * GAP, kind / 6 % 2, center);
			upload(ctx, &array, center | VKC_BORROW);
			check_numbers(ctx, &array, true);
			check_answers(ctx, &expected, what);
			upload(ctx, &array, center);
			check_numbers(ctx, &array, false);
			check_answers(ctx, &expected, what);
			free(array.memory);
		}
		answers_free(&expected);
	}
	free(packed.memory);
}

static void test_the_array_of_an_upload_without_the_flag_may_go(void **state)
{
	VkComputeContext *ctx = *state;
	Array same = array_make(VKC_FLOAT32, GAP, 0);

	for (uint32_t center = 0; center <= VKC_CENTER; center++) {
		Array array = array_make(VKC_FLOAT32, GAP, 0);
		Answers expected;

		upload(ctx, &array, center);
		expected = answers_compute(ctx, N);
		upload(ctx, &array, center);
		memset(array.memory, 0x7f, array.bytes);
		free(array.memory);
		check_numbers(ctx, &same, false);
		check_answers(ctx, &expected, "after the array was freed");
		answers_free(&expected);
	}
	succeed(ctx, vkc_upload_embeddings(ctx, integers.floats, N, D));
	check_numbers(ctx, &same, false);
	free(same.memory);
}

/* ---- Uploads that fail -------------------------------------------------------------- */

/* Bytes of host memory that are available, from /proc/meminfo. */
static uint64_t available(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	uint64_t kilobytes = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kilobytes) == 1)
			break;
	fclose(file);
	assert_true(kilobytes > 0);
	return kilobytes * 1024;
}

static void fail_not_finite(VkComputeContext *ctx)
{
	static const double numbers[] = {1, 2, NAN, 4};
	const VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings),
	                                  .type = VKC_FLOAT64,
	                                  .data = numbers,
	                                  .num_embeddings = 2,
	                                  .embedding_dim = 2,
	                                  .flags = VKC_BORROW};

	assert_int_equal(vkc_upload(ctx, &embeddings), VKC_ERROR_NOT_FINITE);
}

/* Address space for more numbers than the host has memory for. Only the first row can be read: it
 * begins with NaN, so the upload fails as soon as it reads any number. */
static void fail_copy(VkComputeContext *ctx)
{
	static const char *const words[] = {"host memory", "copy", "VKC_BORROW", NULL};
	enum {
		DIM = 1024
	};
	const uint64_t row = DIM * sizeof(double), rows = 2 * available() / row;
	double *numbers = mmap(NULL, rows * row, PROT_NONE,
	                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	VkcEmbeddings embeddings = {.struct_size = sizeof(embeddings),
	                            .type = VKC_FLOAT64,
	                            .data = numbers,
	                            .num_embeddings = (uint32_t)rows,
	                            .embedding_dim = DIM};
	VkcDeviceInfo before = {.struct_size = sizeof(before)}, after = before;

	assert_true(numbers != MAP_FAILED);
	assert_int_equal(mprotect(numbers, 1 << 16, PROT_READ | PROT_WRITE), 0);
	numbers[0] = NAN;
	succeed(ctx, vkc_get_device_info(ctx, &before));
	check_sentence(ctx, vkc_upload(ctx, &embeddings), VKC_ERROR_OUT_OF_HOST_MEMORY, "a copy",
	               words);
	/* The matrix of the previous upload is still there. */
	succeed(ctx, vkc_get_device_info(ctx, &after));
	assert_int_equal(before.memory_used, after.memory_used);

	/* A matrix on a CPU device takes host memory, which the upload gets back. */
	if (before.type == VKC_DEVICE_CPU) {
		ctx->engine.device.memory_used += rows * row * 4;
		assert_int_equal(vkc_upload(ctx, &embeddings), VKC_ERROR_NOT_FINITE);
		ctx->engine.device.memory_used -= rows * row * 4;
	}
	embeddings.flags = VKC_BORROW;
	assert_int_equal(vkc_upload(ctx, &embeddings), VKC_ERROR_NOT_FINITE);
	munmap(numbers, rows * row);
}

/* A message of the validation layer makes an upload fail that has gone well otherwise. */
static void fail_validation(VkComputeContext *ctx)
{
	Array other = array_make(VKC_FLOAT32, 0, 0);

	memset(other.memory, 0x3f, other.bytes);
	other.embeddings.flags = VKC_BORROW;
	snprintf(ctx->instance.validation_message, sizeof(ctx->instance.validation_message),
	         "a message");
	ctx->instance.has_validation_message = true;
	assert_int_equal(vkc_upload(ctx, &other.embeddings), VKC_ERROR_INTERNAL);
	free(other.memory);
}

static void test_a_failed_upload_keeps_the_previous_one(void **state)
{
	static const struct {
		const char *name;
		void (*call)(VkComputeContext *ctx);
	} failures[] = {
		{"not finite", fail_not_finite},
		{"no room for a copy", fail_copy},
		{"a validation message", fail_validation},
	};
	/* More than the device has: the memory for a copy is what decides. */
	VkComputeContext *ctx = context_new(NULL, UINT64_C(1) << 60);
	Array array = array_make(VKC_FLOAT64, GAP, 0);

	(void)state;
	for (uint32_t flags = 0; flags <= (VKC_CENTER | VKC_BORROW); flags++)
		for (size_t i = 0; i < COUNT(failures); i++) {
			Answers expected;

			upload(ctx, &array, flags);
			expected = answers_compute(ctx, N);
			failures[i].call(ctx);
			check_numbers(ctx, &array, flags & VKC_BORROW);
			check_answers(ctx, &expected, failures[i].name);
			answers_free(&expected);
		}
	vkc_destroy(ctx);
	free(array.memory);
}

static int setup(void **state)
{
	integers = data_make(DATA_INTEGERS, N, D, 1);
	return context_setup(state);
}

static int teardown(void **state)
{
	data_free(&integers);
	return context_teardown(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_types_and_layouts),
		cmocka_unit_test(test_the_array_of_an_upload_without_the_flag_may_go),
		cmocka_unit_test(test_a_failed_upload_keeps_the_previous_one),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
