/* SPDX-License-Identifier: MIT
 *
 * The library on simulated devices: the smallest that Vulkan 1.1 allows, each of its limits alone,
 * and other kinds of memory, queues and device lists. The results are those of the real device,
 * byte for byte, and no limit is exceeded.
 */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer_client.h"

static const char *const limits[] = {
	"invocations",
	"shared_memory",
	"storage_buffers",
	"push_constants",
	"storage_range",
	"storage_range=65536",
	"texel_elements",
	"offset_alignment",
	"atom_size",
	"allocation_size",
	"allocation_count",
	"group_count",
	"group_count=7",
	"no_int64",
	"no_float64",
	"no_int16",
	"no_int8",
	"no_features",
	"no_timestamps",
	"api_1_1",
	"no_extensions",
	"all",
	"one_memory_type",
	"noncoherent",
	"noncoherent,atom_size",
	"split_memory",
	"split_memory,noncoherent",
	"heap",
	"heap,split_memory",
	"compute_queue",
	"second_family",
	"devices",
	"devices=5",
	"discrete",
	"discrete,split_memory",
	"all,discrete,split_memory,noncoherent,heap,second_family",
};

static const struct vkc_test_layer_api *layer;

struct fixture {
	Data data[3];
	Answers right[3];
};

static int setup(void **state)
{
	static struct fixture fixture;
	VkComputeContext *ctx = context_new(NULL, 0);

	fixture.data[0] = data_make(DATA_DUPLICATES, 90, 11, 3);
	fixture.data[1] = data_make(DATA_CLUSTERED, 210, 64, 4);
	fixture.data[2] = data_make(DATA_ZEROS, 1, 1, 5);
	for (size_t i = 0; i < COUNT(fixture.data); i++) {
		context_upload(ctx, &fixture.data[i]);
		fixture.right[i] = answers_compute(ctx, fixture.data[i].n);
	}
	vkc_destroy(ctx);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(fixture->data); i++) {
		data_free(&fixture->data[i]);
		answers_free(&fixture->right[i]);
	}
	return 0;
}

static void begin(const char *configuration)
{
	layer->reset();
	assert_int_equal(layer->set_limits(configuration), 0);
}

static void end(const char *configuration)
{
	assert_int_equal(layer->set_limits(""), 0);
	layer_check_clean(layer, configuration);
}

static void test_every_limit(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(limits); i++) {
		VkComputeContext *ctx;

		begin(limits[i]);
		ctx = context_new(NULL, 0);
		for (size_t set = 0; set < COUNT(fixture->data); set++) {
			Answers answers;

			context_upload(ctx, &fixture->data[set]);
			answers = answers_compute(ctx, fixture->data[set].n);
			answers_check(&answers, &fixture->right[set], limits[i]);
			answers_free(&answers);
		}
		vkc_destroy(ctx);
		end(limits[i]);
	}
	printf("limits: %zu made-up devices, the same bytes on each\n", COUNT(limits));
}

/* The matrix of 5,400 rows does not fit into 100 MiB of device memory. */
static void test_a_small_heap(void **state)
{
	enum {
		N = 5400,
		D = 6,
		LENGTH = 40
	};
	static const uint32_t start = 17;
	Data data = data_make(DATA_ANISOTROPIC, N, D, 6);
	uint32_t walks[2][LENGTH];
	float *rows[2];

	(void)state;
	for (int small = 0; small < 2; small++) {
		VkComputeContext *ctx;
		VkcDeviceInfo info = {.struct_size = sizeof(info)};

		rows[small] = allocate(3 * N, sizeof(float));
		begin(small ? "heap" : "");
		ctx = context_new(NULL, 0);
		succeed(ctx, vkc_get_device_info(ctx, &info));
		context_upload(ctx, &data);
		succeed(ctx, vkc_compute_diversity_sequences(ctx, &start, 1, 1, LENGTH,
		                                             walks[small]));
		succeed(ctx, vkc_compute_similarity_rows(ctx, N - 3, 3, rows[small]));
		if (small)
			assert_true(info.memory_limit <= 100u << 20);
		vkc_destroy(ctx);
		end("heap");
	}
	check_bytes(walks[1], walks[0], sizeof(walks[0]), "walk");
	check_bytes(rows[1], rows[0], 3 * N * sizeof(float), "rows");
	free(rows[0]);
	free(rows[1]);
	data_free(&data);
}

static VkcDeviceInfo device_chosen_by(const char *wanted)
{
	const VkcOptions options = {.struct_size = sizeof(options), .device = wanted};
	VkcDeviceInfo used = {.struct_size = sizeof(used)};
	VkComputeContext *ctx = NULL;

	succeed(NULL, vkc_init_with_options(&options, &ctx));
	succeed(ctx, vkc_get_device_info(ctx, &used));
	vkc_destroy(ctx);
	return used;
}

/* The first copy claims to be a discrete GPU. It is the default, unless a real discrete GPU
 * precedes it; names select others. */
static void test_the_choice_among_devices(void **state)
{
	VkcDeviceInfo devices[16];
	VkcOptions options = {.struct_size = sizeof(options), .device = "40"};
	uint32_t count = COUNT(devices);
	VkComputeContext *ctx = NULL;
	uint32_t default_device = UINT32_MAX;

	(void)state;
	begin("devices=3");
	for (uint32_t i = 0; i < COUNT(devices); i++)
		devices[i].struct_size = sizeof(devices[i]);
	succeed(NULL, vkc_list_devices(&count, devices));
	assert_true(count >= 3);
	for (uint32_t i = 0; i < count; i++)
		if (devices[i].is_default)
			default_device = i;
	assert_true(default_device < count);
	assert_int_equal(devices[default_device].type, VKC_DEVICE_DISCRETE_GPU);
	for (uint32_t i = 0; i < default_device; i++)
		assert_int_not_equal(devices[i].type, VKC_DEVICE_DISCRETE_GPU);
	if (strstr(devices[default_device].name, "Copy"))
		assert_non_null(strstr(devices[default_device].name, "Copy 1"));
	assert_non_null(strstr(device_chosen_by("copy 2").name, "Copy 2"));
	assert_int_equal(device_chosen_by("0").index, 0);
	/* A number may be part of a model name, but a small number that is not an index selects
	 * nothing. */
	assert_non_null(strstr(device_chosen_by("4020").name, "Copy 2"));
	assert_int_equal(vkc_init_with_options(&options, &ctx), VKC_ERROR_INVALID_ARGUMENT);
	/* An empty variable counts as unset. */
	setenv("VKC_DEVICE", "", 1);
	assert_int_equal(device_chosen_by(NULL).index, default_device);
	assert_int_equal(device_chosen_by(NULL).is_default, 1);
	unsetenv("VKC_DEVICE");
	end("devices=3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_limit),
		cmocka_unit_test(test_a_small_heap),
		cmocka_unit_test(test_the_choice_among_devices),
	};

	layer = layer_open();
	return cmocka_run_group_tests(tests, setup, teardown);
}
