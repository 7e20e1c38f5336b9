/* SPDX-License-Identifier: MIT
 *
 * Structs of other versions than the library's. The public structs have not grown yet, so an
 * invented one shows what happens when they do.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/struct_size.h"
#include "sentence.h"

/* The struct as it was in its first version, and as it is now. */
typedef struct Early {
	uint32_t struct_size;
	uint32_t number;
	double weight;
} Early;

typedef struct Grown {
	uint32_t struct_size;
	uint32_t number;
	double weight;
	uint64_t added;
	uint32_t reserved[2];
} Grown;

static const struct struct_type type = STRUCT_TYPE(Grown, weight);

static void test_sizes_are_those_of_the_versions(void **state)
{
	(void)state;
	assert_string_equal(type.name, "Grown");
	assert_int_equal(type.oldest, sizeof(Early));
	assert_int_equal(type.known, sizeof(Grown));
}

/* The bytes after an early struct belong to the caller. */
struct neighborhood {
	Early early;
	uint64_t behind;
};

static void test_what_an_early_struct_lacks_is_zero(void **state)
{
	const struct neighborhood given = {
		{.struct_size = sizeof(Early), .number = 7, .weight = 0.5},
		UINT64_MAX,
	};
	struct error error = {""};
	Grown known;

	(void)state;
	memset(&known, 0xEE, sizeof(known));
	assert_int_equal(struct_widen(&error, "f", "given", &type, &given.early, &known), VKC_SUCCESS);
	assert_int_equal(known.struct_size, sizeof(Grown));
	assert_int_equal(known.number, 7);
	assert_true(known.weight == 0.5);
	assert_true(known.added == 0);
	assert_int_equal(known.reserved[0], 0);
	assert_int_equal(known.reserved[1], 0);
}

static void test_a_struct_of_this_version_is_taken_whole(void **state)
{
	const Grown given = {sizeof(given), 7, 0.5, 8, {9, 10}};
	struct error error = {""};
	Grown known;

	(void)state;
	assert_int_equal(struct_widen(&error, "f", "given", &type, &given, &known), VKC_SUCCESS);
	assert_memory_equal(&known, &given, sizeof(known));
}

static void check_refused(uint32_t size)
{
	Grown given = {.struct_size = size};
	struct error error = {""};
	Grown known;
	char expected[300];

	snprintf(expected, sizeof(expected),
	         "f: given->struct_size is %u; set it to sizeof(Grown), which is 32 in version "
	         "%d.%d.%d and at least 16 in earlier versions.",
	         size, VKC_VERSION_MAJOR, VKC_VERSION_MINOR, VKC_VERSION_PATCH);
	assert_int_equal(struct_widen(&error, "f", "given", &type, &given, &known),
	                 VKC_ERROR_INVALID_ARGUMENT);
	assert_string_equal(error.text, expected);
	assert_int_equal(struct_check(&error, "f", "given", &type, &given),
	                 VKC_ERROR_INVALID_ARGUMENT);
	assert_string_equal(error.text, expected);
}

static void test_other_sizes_are_refused(void **state)
{
	struct error error = {""};
	Grown known;

	(void)state;
	check_refused(0);
	check_refused(sizeof(Early) - 1);
	check_refused(sizeof(Grown) + 1);
	check_refused(UINT32_MAX);
	assert_int_equal(struct_widen(&error, "f", "given", &type, NULL, &known),
	                 VKC_ERROR_INVALID_ARGUMENT);
	assert_string_equal(error.text, "f: given is NULL; it takes the address of a Grown.");
}

static void test_only_the_caller_s_bytes_are_written(void **state)
{
	const Grown known = {sizeof(known), 7, 0.5, 8, {9, 10}};
	struct neighborhood given = {{.struct_size = sizeof(Early)}, 0xABCD};

	(void)state;
	struct_narrow(&known, &given.early, 0);
	assert_int_equal(given.early.struct_size, sizeof(Early));
	assert_int_equal(given.early.number, 7);
	assert_true(given.early.weight == 0.5);
	assert_true(given.behind == 0xABCD);
}

/* The distance between elements of an array of early structs is the one that the caller assumes. */
static void test_an_array_of_early_structs(void **state)
{
	Early given[3] = {{.struct_size = sizeof(Early)}, {.struct_size = sizeof(Early)}, {0}};
	struct error error = {""};

	(void)state;
	assert_int_equal(struct_check_array(&error, "f", "given", &type, given, 2), VKC_SUCCESS);
	for (uint32_t i = 0; i < 2; i++) {
		const Grown known = {.struct_size = sizeof(known), .number = 10 + i, .added = 1};
		struct_narrow(&known, given, i);
	}
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(given[i].struct_size, sizeof(Early));
		assert_int_equal(given[i].number, 10 + i);
	}
	assert_int_equal(given[2].struct_size, 0);
	assert_int_equal(given[2].number, 0);
	assert_int_equal(struct_check_array(&error, "f", "given", &type, given, 3),
	                 VKC_ERROR_INVALID_ARGUMENT);
	assert_string_equal(error.text, "f: given[2].struct_size is 0, but that of given[0] is 16; "
	                                "set each to sizeof(Grown).");
	given[0].struct_size = 0;
	assert_int_equal(struct_check_array(&error, "f", "given", &type, given, 0), VKC_SUCCESS);
	assert_int_equal(struct_check_array(&error, "f", "given", &type, given, 1),
	                 VKC_ERROR_INVALID_ARGUMENT);
	assert_non_null(strstr(error.text, "given[0].struct_size is 0;"));
}

/* ---- The public structs -------------------------------------------------------------- */

/* Their sizes in version 0.1 with 64-bit pointers. */
enum {
	OPTIONS_0_1 = 32,
	DEVICE_INFO_0_1 = 576,
	EMBEDDINGS_0_1 = 40,
	GUARD = 16
};

/* A block of this size, followed by bytes that must not be written. */
static void *guarded(uint32_t size, uint32_t struct_size)
{
	unsigned char *block = allocate(size + GUARD, 1);

	memset(block, 0xEE, size + GUARD);
	memcpy(block, &struct_size, sizeof(struct_size));
	return block;
}

static void check_guard(const void *block, uint32_t size)
{
	const unsigned char *guard = (const unsigned char *)block + size;

	for (int i = 0; i < GUARD; i++)
		assert_int_equal(guard[i], 0xEE);
}

static void test_device_info_of_0_1(void **state)
{
	VkComputeContext *ctx = *state;
	VkcDeviceInfo whole = {.struct_size = sizeof(whole)};
	VkcDeviceInfo *info = guarded(DEVICE_INFO_0_1, DEVICE_INFO_0_1);

	succeed(ctx, vkc_get_device_info(ctx, &whole));
	succeed(ctx, vkc_get_device_info(ctx, info));
	assert_int_equal(info->struct_size, DEVICE_INFO_0_1);
	assert_memory_equal(&info->index, &whole.index, DEVICE_INFO_0_1 - sizeof(uint32_t));
	check_guard(info, DEVICE_INFO_0_1);
	free(info);
}

static void test_list_of_devices_of_0_1(void **state)
{
	uint32_t count = 0, known;
	VkcDeviceInfo whole[8];
	char *infos;

	(void)state;
	succeed(NULL, vkc_list_devices(&count, NULL));
	count = count < COUNT(whole) ? count : COUNT(whole);
	infos = guarded(count * DEVICE_INFO_0_1, DEVICE_INFO_0_1);
	for (uint32_t i = 0; i < count; i++) {
		known = DEVICE_INFO_0_1;
		memcpy(infos + (size_t)i * DEVICE_INFO_0_1, &known, sizeof(known));
		whole[i].struct_size = sizeof(whole[i]);
	}
	known = count;
	succeed(NULL, vkc_list_devices(&known, whole));
	assert_int_equal(known, count);
	succeed(NULL, vkc_list_devices(&known, (VkcDeviceInfo *)(void *)infos));
	assert_int_equal(known, count);
	for (uint32_t i = 0; i < count; i++)
		assert_memory_equal(infos + (size_t)i * DEVICE_INFO_0_1 + sizeof(uint32_t),
		                    &whole[i].index, DEVICE_INFO_0_1 - sizeof(uint32_t));
	check_guard(infos, count * DEVICE_INFO_0_1);
	free(infos);
}

static void test_options_and_embeddings_of_0_1(void **state)
{
	const VkcOptions options = {.struct_size = OPTIONS_0_1, .memory_limit = 64 << 20};
	const float rows[] = {1, 0, 0, 1};
	const VkcEmbeddings embeddings = {
		.struct_size = EMBEDDINGS_0_1,
		.data = rows,
		.num_embeddings = 2,
		.embedding_dim = 2,
	};
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	VkComputeContext *ctx;
	void *block = guarded(OPTIONS_0_1, OPTIONS_0_1);

	(void)state;
	memcpy(block, &options, OPTIONS_0_1);
	succeed(NULL, vkc_init_with_options(block, &ctx));
	free(block);
	succeed(ctx, vkc_get_device_info(ctx, &info));
	assert_true(info.memory_limit == 64 << 20);
	block = guarded(EMBEDDINGS_0_1, EMBEDDINGS_0_1);
	memcpy(block, &embeddings, EMBEDDINGS_0_1);
	succeed(ctx, vkc_upload(ctx, block));
	free(block);
	vkc_destroy(ctx);
}

/* A larger struct has fields that the library does not know, so none of it may be read. */
static void test_larger_structs_are_refused(void **state)
{
	VkComputeContext *ctx = *state, *other;
	uint32_t size, count = 1;
	void *block;

	size = sizeof(VkcOptions) + 8;
	block = guarded(size, size);
	refused(NULL, vkc_init_with_options(block, &other), "options->struct_size", "sizeof");
	free(block);
	size = sizeof(VkcEmbeddings) + 8;
	block = guarded(size, size);
	refused(ctx, vkc_upload(ctx, block), "embeddings->struct_size", "sizeof");
	free(block);
	size = sizeof(VkcDeviceInfo) + 8;
	block = guarded(size, size);
	refused(ctx, vkc_get_device_info(ctx, block), "info->struct_size", "sizeof");
	refused(NULL, vkc_list_devices(&count, block), "devices[0].struct_size", "sizeof");
	free(block);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_are_those_of_the_versions),
		cmocka_unit_test(test_what_an_early_struct_lacks_is_zero),
		cmocka_unit_test(test_a_struct_of_this_version_is_taken_whole),
		cmocka_unit_test(test_other_sizes_are_refused),
		cmocka_unit_test(test_only_the_caller_s_bytes_are_written),
		cmocka_unit_test(test_an_array_of_early_structs),
		cmocka_unit_test(test_device_info_of_0_1),
		cmocka_unit_test(test_list_of_devices_of_0_1),
		cmocka_unit_test(test_options_and_embeddings_of_0_1),
		cmocka_unit_test(test_larger_structs_are_refused),
	};

	return cmocka_run_group_tests(tests, context_setup, context_teardown);
}
