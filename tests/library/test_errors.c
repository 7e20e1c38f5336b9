/* SPDX-License-Identifier: MIT
 *
 * Invalid calls on a context with an upload: each returns its error with a message that names the
 * value and the bound, and leaves the upload and its results unchanged.
 */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "sentence.h"

enum {
	N = 37,
	D = 6
};

typedef struct Fixture {
	VkComputeContext *ctx;
	Data data;
	Answers answers;
	float floats[N * N];
	uint32_t indices[N * N];
} Fixture;

static int setup(void **state)
{
	Fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	/* A few thousand rows do not fit within this limit. */
	fixture->ctx = context_new(NULL, 8 << 20);
	fixture->data = data_make(DATA_CLUSTERED, N, D, 1);
	context_upload(fixture->ctx, &fixture->data);
	fixture->answers = answers_compute(fixture->ctx, N);
	return 0;
}

static int teardown(void **state)
{
	Fixture *fixture = *state;

	answers_free(&fixture->answers);
	data_free(&fixture->data);
	vkc_destroy(fixture->ctx);
	free(fixture);
	return 0;
}

/* After each test, the upload still gives the same results. */
static int still_right(void **state)
{
	Fixture *fixture = *state;
	Answers answers = answers_compute(fixture->ctx, N);

	answers_check(&answers, &fixture->answers, "after an error");
	answers_free(&answers);
	return 0;
}

static VkcEmbeddings embeddings_of(const Data *data)
{
	return (VkcEmbeddings){
		.struct_size = sizeof(VkcEmbeddings),
		.type = VKC_FLOAT32,
		.data = data->floats,
		.num_embeddings = data->n,
		.embedding_dim = data->d,
	};
}

/* ---- Uploads -------------------------------------------------------------------- */

static void test_upload_without_data(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	VkcEmbeddings embeddings = embeddings_of(&fixture->data);

	refused(ctx, vkc_upload_embeddings(ctx, NULL, N, D), "NULL");
	refused(ctx, vkc_upload(ctx, NULL), "NULL");
	embeddings.data = NULL;
	refused(ctx, vkc_upload(ctx, &embeddings), "data", "NULL");
}

static void test_upload_of_nothing(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;

	refused(ctx, vkc_upload_embeddings(ctx, fixture->data.floats, 0, D), "embeddings",
	        "0", "1");
	refused(ctx, vkc_upload_embeddings(ctx, fixture->data.floats, N, 0), "embedding_dim|numbers",
	        "0", "1");
}

static void test_upload_of_another_struct(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	VkcEmbeddings embeddings = embeddings_of(&fixture->data);

	embeddings.struct_size = 0;
	refused(ctx, vkc_upload(ctx, &embeddings), "struct_size", "0", "sizeof|48");
	embeddings.struct_size = 7;
	refused(ctx, vkc_upload(ctx, &embeddings), "struct_size", "7", "sizeof|48");
	embeddings = embeddings_of(&fixture->data);
	embeddings.reserved = 9;
	refused(ctx, vkc_upload(ctx, &embeddings), "reserved", "9", "0");
}

static void test_upload_of_unknown_type_or_flags(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	VkcEmbeddings embeddings = embeddings_of(&fixture->data);

	embeddings.type = (VkcType)77;
	refused(ctx, vkc_upload(ctx, &embeddings), "type", "77", "2|VKC_FLOAT16");
	embeddings.type = (VkcType)-1;
	refused(ctx, vkc_upload(ctx, &embeddings), "type");
	embeddings = embeddings_of(&fixture->data);
	embeddings.flags = VKC_CENTER | 0x80;
	refused(ctx, vkc_upload(ctx, &embeddings), "flags", "81|80|129|128", "VKC_CENTER|1",
	        "VKC_BORROW|2");
}

static void test_upload_with_a_bad_stride(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	VkcEmbeddings embeddings = embeddings_of(&fixture->data);

	embeddings.row_stride = 26;
	refused(ctx, vkc_upload(ctx, &embeddings), "row_stride", "26", "4");
	embeddings.row_stride = 20;
	refused(ctx, vkc_upload(ctx, &embeddings), "row_stride", "20", "24");
	embeddings.type = VKC_FLOAT64;
	embeddings.row_stride = 52;
	refused(ctx, vkc_upload(ctx, &embeddings), "row_stride", "52", "8");
}

static void test_upload_whose_size_overflows(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	VkcEmbeddings embeddings = embeddings_of(&fixture->data);

	refused(ctx, vkc_upload_embeddings(ctx, fixture->data.floats, UINT32_MAX, UINT32_MAX),
	        "4294967295");
	embeddings.row_stride = UINT64_MAX - 3;
	refused(ctx, vkc_upload(ctx, &embeddings), "18446744073709551612|row_stride", "37");
	embeddings.row_stride = UINT64_MAX / 2 + 1;
	refused(ctx, vkc_upload(ctx, &embeddings), "9223372036854775808|row_stride", "37");
}

static void test_upload_too_large_for_the_limit(void **state)
{
	Fixture *fixture = *state;
	Data large = data_make(DATA_RANDOM, 4000, 768, 2);

	check_sentence(fixture->ctx, vkc_upload_embeddings(fixture->ctx, large.floats, 4000, 768),
	               VKC_ERROR_OUT_OF_DEVICE_MEMORY, "too large an upload",
	               (const char *[]){"memory", "8388608|8.0 MiB|8 MiB|8.4 MB", NULL});
	data_free(&large);
}

/* The data does not exist: the sizes must be rejected before it is read. */
static void test_upload_far_too_large(void **state)
{
	Fixture *fixture = *state;
	VkcResult result = vkc_upload_embeddings(fixture->ctx, fixture->data.floats, 1u << 30,
	                                         1u << 12);

	assert_true(result == VKC_ERROR_OUT_OF_DEVICE_MEMORY ||
	            result == VKC_ERROR_OUT_OF_HOST_MEMORY ||
	            result == VKC_ERROR_INVALID_ARGUMENT);
}

static void check_not_finite(VkComputeContext *ctx, const VkcEmbeddings *embeddings,
                             const char *row, const char *column)
{
	check_sentence(ctx, vkc_upload(ctx, embeddings), VKC_ERROR_NOT_FINITE, "vkc_upload",
	               (const char *[]){row, column, "nan|NaN|inf|Inf|finite", NULL});
}

static void test_upload_that_is_not_finite(void **state)
{
	Fixture *fixture = *state;
	Data other = data_make(DATA_RANDOM, 50, 20, 2);
	VkcEmbeddings embeddings = embeddings_of(&other);
	uint16_t *halves = allocate(50 * 20, sizeof(*halves));

	other.floats[49 * 20 + 19] = -INFINITY;
	check_not_finite(fixture->ctx, &embeddings, "row 49", "column 19");
	other.floats[33 * 20 + 2] = NAN;
	check_not_finite(fixture->ctx, &embeddings, "row 33", "column 2");
	other.floats[33 * 20 + 1] = INFINITY;
	check_not_finite(fixture->ctx, &embeddings, "row 33", "column 1");
	embeddings.flags = VKC_CENTER;
	check_not_finite(fixture->ctx, &embeddings, "row 33", "column 1");
	embeddings.flags = 0;
	embeddings.type = VKC_FLOAT64;
	embeddings.data = other.doubles;
	other.doubles[11 * 20 + 7] = NAN;
	check_not_finite(fixture->ctx, &embeddings, "row 11", "column 7");
	embeddings.type = VKC_FLOAT16;
	embeddings.data = halves;
	halves[8 * 20 + 9] = 0x7c00;
	check_not_finite(fixture->ctx, &embeddings, "row 8", "column 9");
	halves[0] = 0xfe01;
	check_not_finite(fixture->ctx, &embeddings, "row 0", "column 0");
	free(halves);
	data_free(&other);
}

/* ---- Computing --------------------------------------------------------------------- */

static void test_start_out_of_range(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	uint32_t prefixes[4] = {0, 1, 2, 99};

	refused(ctx, vkc_compute_diversity_sequence(ctx, N, fixture->indices), "start", "37", "36");
	refused(ctx, vkc_compute_diversity_sequence(ctx, UINT32_MAX, fixture->indices),
	        "4294967295", "36|37");
	refused(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 4, 1, N, fixture->indices),
	        "99", "36|37", "3");
}

static void test_sequence_of_no_length_or_too_long(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	uint32_t start = 5;

	refused(ctx, vkc_compute_diversity_sequences(ctx, &start, 1, 1, 0, fixture->indices),
	        "length", "0", "37|1");
	refused(ctx, vkc_compute_diversity_sequences(ctx, &start, 1, 1, N + 1, fixture->indices),
	        "length", "38", "37");
}

static void test_prefix_of_no_length_or_too_long(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	uint32_t prefix[3] = {5, 6, 7};

	refused(ctx, vkc_compute_diversity_sequences(ctx, prefix, 1, 0, 9, fixture->indices),
	        "prefix_length", "0", "1|9");
	refused(ctx, vkc_compute_diversity_sequences(ctx, prefix, 1, 3, 2, fixture->indices),
	        "prefix_length", "3", "2");
}

static void test_prefix_that_repeats_an_index(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	/* The invalid prefix comes second, so that the valid first one does not hide it. */
	uint32_t prefixes[8] = {1, 2, 3, 4, 20, 31, 22, 31};

	refused(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 2, 4, 9, fixture->indices),
	        "31", "1", "once|twice|repeat|again|already");
}

static void test_rows_out_of_range(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	float *floats = fixture->floats;
	uint32_t *indices = fixture->indices;

	refused(ctx, vkc_compute_similarity_rows(ctx, N, 1, floats), "37", "36|37");
	refused(ctx, vkc_compute_similarity_rows(ctx, 30, 10, floats), "30|39|40", "36|37");
	refused(ctx, vkc_compute_similarity_rows(ctx, UINT32_MAX, 2, floats),
	        "4294967295|4294967297", "36|37");
	refused(ctx, vkc_compute_similarity_rows(ctx, 1, UINT32_MAX, floats),
	        "4294967295|4294967296", "36|37");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, N, 1, 1, indices, floats), "37", "36|37");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 30, 10, 1, indices, floats), "30|39|40",
	        "36|37");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, UINT32_MAX, 2, 1, indices, floats),
	        "4294967295|4294967297", "36|37");
}

static void test_neighbor_count_out_of_range(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	float *floats = fixture->floats;
	uint32_t *indices = fixture->indices;

	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, 0, indices, floats), "k", "0", "36");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, N, indices, floats), "k", "37", "36");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, UINT32_MAX, indices, floats), "k",
	        "4294967295", "36");
}

static void test_no_neighbors_of_a_single_row(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	float number = 1;
	uint32_t index;

	(void)state;
	succeed(ctx, vkc_upload_embeddings(ctx, &number, 1, 1));
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, 1, &index, NULL), "k", "1");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, 0, &index, NULL), "k", "0");
	vkc_destroy(ctx);
}

static void test_no_place_for_the_output(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	uint32_t start = 0;

	refused(ctx, vkc_compute_diversity_sequence(ctx, 0, NULL), "output_sequence", "NULL");
	refused(ctx, vkc_compute_diversity_sequences(ctx, NULL, 1, 1, N, fixture->indices),
	        "prefixes", "NULL");
	refused(ctx, vkc_compute_diversity_sequences(ctx, &start, 1, 1, N, NULL),
	        "output_sequences", "NULL");
	refused(ctx, vkc_compute_similarity_matrix(ctx, NULL), "output_matrix", "NULL");
	refused(ctx, vkc_compute_similarity_rows(ctx, 0, 1, NULL), "output_rows", "NULL");
	refused(ctx, vkc_compute_similarity_packed(ctx, NULL), "output_packed", "NULL");
	refused(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, 1, NULL, NULL), "output_indices",
	        "output_similarities", "NULL");
}

static void test_seconds_out_of_range(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	double fraction;
	uint32_t length = 1, index = 0;

	refused(ctx, vkc_continue_diversity_sequences(ctx, &index, &length, 1, 1, 0), "seconds", "0");
	refused(ctx, vkc_continue_diversity_sequences(ctx, &index, &length, 1, 1, (double)INFINITY),
	        "seconds", "inf", "0");
	refused(ctx, vkc_prepare_matrix(ctx, -1, &fraction), "seconds", "1", "0");
	refused(ctx, vkc_prepare_matrix(ctx, (double)NAN, &fraction), "seconds", "nan|-nan", "0");
	refused(ctx, vkc_prepare_matrix(ctx, (double)INFINITY, &fraction), "seconds", "inf", "0");
	refused(ctx, vkc_prepare_matrix(ctx, 1, NULL), "fraction", "NULL");
}

static void test_device_info_of_another_struct(void **state)
{
	Fixture *fixture = *state;
	VkComputeContext *ctx = fixture->ctx;
	VkcDeviceInfo info = {.struct_size = 12};

	refused(ctx, vkc_get_device_info(ctx, NULL), "NULL");
	refused(ctx, vkc_get_device_info(ctx, &info), "struct_size", "12", "sizeof");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_upload_without_data, still_right),
		cmocka_unit_test_teardown(test_upload_of_nothing, still_right),
		cmocka_unit_test_teardown(test_upload_of_another_struct, still_right),
		cmocka_unit_test_teardown(test_upload_of_unknown_type_or_flags, still_right),
		cmocka_unit_test_teardown(test_upload_with_a_bad_stride, still_right),
		cmocka_unit_test_teardown(test_upload_whose_size_overflows, still_right),
		cmocka_unit_test_teardown(test_upload_too_large_for_the_limit, still_right),
		cmocka_unit_test_teardown(test_upload_far_too_large, still_right),
		cmocka_unit_test_teardown(test_upload_that_is_not_finite, still_right),
		cmocka_unit_test_teardown(test_start_out_of_range, still_right),
		cmocka_unit_test_teardown(test_sequence_of_no_length_or_too_long, still_right),
		cmocka_unit_test_teardown(test_prefix_of_no_length_or_too_long, still_right),
		cmocka_unit_test_teardown(test_prefix_that_repeats_an_index, still_right),
		cmocka_unit_test_teardown(test_rows_out_of_range, still_right),
		cmocka_unit_test_teardown(test_neighbor_count_out_of_range, still_right),
		cmocka_unit_test_teardown(test_no_neighbors_of_a_single_row, still_right),
		cmocka_unit_test_teardown(test_no_place_for_the_output, still_right),
		cmocka_unit_test_teardown(test_seconds_out_of_range, still_right),
		cmocka_unit_test_teardown(test_device_info_of_another_struct, still_right),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
