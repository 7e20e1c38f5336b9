/* SPDX-License-Identifier: MIT
 *
 * Invalid uploads, and invalid calls on a valid upload.
 */
#include "misuse.h"

#include <math.h>
#include <string.h>

/* Uploads misuse_good with one field changed; fields that the caller leaves 0 are filled in. */
static VkcResult upload(VkComputeContext *ctx, VkcEmbeddings e)
{
	if (!e.struct_size)
		e.struct_size = sizeof(e);
	if (!e.data)
		e.data = misuse_good;
	if (!e.num_embeddings)
		e.num_embeddings = N;
	if (!e.embedding_dim)
		e.embedding_dim = D;
	return vkc_upload(ctx, &e);
}

static void test_uploads(void **state)
{
	VkComputeContext *ctx = *state;
	const VkcEmbeddings no_data = {.struct_size = sizeof(no_data),
	                               .num_embeddings = N,
	                               .embedding_dim = D};

	WRONG(ctx, vkc_upload_embeddings(ctx, NULL, N, D),
	      "vkc_upload_embeddings: embeddings is NULL; it takes num_embeddings x embedding_dim "
	      "floats.");
	WRONG(ctx, vkc_upload_embeddings(ctx, misuse_good, 0, D),
	      "vkc_upload_embeddings: there are 0 embeddings of 3 numbers; both must be at least 1.");
	WRONG(ctx, vkc_upload_embeddings(ctx, misuse_good, N, 0),
	      "vkc_upload_embeddings: there are 5 embeddings of 0 numbers; both must be at least 1.");
	WRONG(ctx, vkc_upload_embeddings(ctx, misuse_good, UINT32_MAX, UINT32_MAX),
	      "vkc_upload_embeddings: 4294967295 rows of 17179869180 bytes are more than a process "
	      "can address; check num_embeddings and embedding_dim.");
	WRONG(ctx, vkc_upload(ctx, NULL),
	      "vkc_upload: embeddings is NULL; it takes the address of a VkcEmbeddings.");
	WRONG(ctx, vkc_upload(ctx, &no_data),
	      "vkc_upload: data is NULL; it takes the address of the first number.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.struct_size = 1}),
	      "vkc_upload: embeddings->struct_size is 1; set it to sizeof(VkcEmbeddings), "
	      "which is *.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.struct_size = 1000}),
	      "vkc_upload: embeddings->struct_size is 1000; set it to sizeof(VkcEmbeddings), "
	      "which is *.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.type = (VkcType)3}),
	      "vkc_upload: type is 3; it takes VKC_FLOAT32, VKC_FLOAT64 or VKC_FLOAT16.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.type = (VkcType)-1}),
	      "vkc_upload: type is -1; it takes VKC_FLOAT32, VKC_FLOAT64 or VKC_FLOAT16.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.row_stride = 8}),
	      "vkc_upload: row_stride is 8; it takes 0 or a multiple of 4 that is at least 12 (the "
	      "bytes of a row).");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.row_stride = 13}),
	      "vkc_upload: row_stride is 13; it takes 0 or a multiple of 4 that is at least 12 (the "
	      "bytes of a row).");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.row_stride = UINT64_MAX - 3}),
	      "vkc_upload: 5 rows of 18446744073709551612 bytes are more than a process can "
	      "address; check num_embeddings and row_stride.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.flags = 4}),
	      "vkc_upload: flags is 0x4 and reserved 0x0; flags takes VKC_CENTER, VKC_BORROW, both or "
	      "0, reserved takes 0.");
	WRONG(ctx, upload(ctx, (VkcEmbeddings){.reserved = 1}),
	      "vkc_upload: flags is 0x0 and reserved 0x1; flags takes VKC_CENTER, VKC_BORROW, both or "
	      "0, reserved takes 0.");
}

static void test_not_finite(void **state)
{
	VkComputeContext *ctx = *state;
	float floats[N * D];
	double doubles[N * D] = {0};
	uint16_t halves[N * D] = {0};

	memcpy(floats, misuse_good, sizeof(misuse_good));
	floats[2 * D + 1] = NAN;
	NOT_FINITE(ctx, vkc_upload_embeddings(ctx, floats, N, D),
	           "vkc_upload_embeddings: the number in row 2, column 1 (both from 0) is NaN or "
	           "infinite; embeddings must be finite.");
	floats[0] = INFINITY;
	NOT_FINITE(ctx, vkc_upload_embeddings(ctx, floats, N, D),
	           "vkc_upload_embeddings: the number in row 0, column 0 (both from 0) is NaN or "
	           "infinite; embeddings must be finite.");
	doubles[N * D - 1] = -(double)INFINITY;
	NOT_FINITE(ctx, upload(ctx, (VkcEmbeddings){.type = VKC_FLOAT64, .data = doubles}),
	           "vkc_upload: the number in row 4, column 2 (both from 0) is NaN or infinite; "
	           "embeddings must be finite.");
	halves[D] = 0x7C00;
	NOT_FINITE(ctx, upload(ctx, (VkcEmbeddings){.type = VKC_FLOAT16, .data = halves}),
	           "vkc_upload: the number in row 1, column 0 (both from 0) is NaN or infinite; "
	           "embeddings must be finite.");
	halves[D] = 0xFE01;
	NOT_FINITE(ctx, upload(ctx, (VkcEmbeddings){.type = VKC_FLOAT16, .data = halves}),
	           "vkc_upload: the number in row 1, column 0 (both from 0) is NaN or infinite; "
	           "embeddings must be finite.");
}

static void test_similarity(void **state)
{
	VkComputeContext *ctx = *state;
	float values[N * N];
	double fraction;

	WRONG(ctx, vkc_matrix_pays(ctx, 1, NULL),
	      "vkc_matrix_pays: pays is NULL; it takes the address of a number.");
	WRONG(ctx, vkc_prepare_matrix(ctx, -0.5, &fraction),
	      "vkc_prepare_matrix: seconds is -0.5; it takes a finite number, at least 0.");
	WRONG(ctx, vkc_prepare_matrix(ctx, (double)NAN, &fraction),
	      "vkc_prepare_matrix: seconds is *nan; it takes a finite number, at least 0.");
	WRONG(ctx, vkc_prepare_matrix(ctx, (double)INFINITY, &fraction),
	      "vkc_prepare_matrix: seconds is inf; it takes a finite number, at least 0.");
	WRONG(ctx, vkc_prepare_matrix(ctx, 1, NULL),
	      "vkc_prepare_matrix: fraction is NULL; it takes the address of a double.");

	WRONG(ctx, vkc_compute_similarity_matrix(ctx, NULL),
	      "vkc_compute_similarity_matrix: output_matrix is NULL; it takes n x n floats.");
	WRONG(ctx, vkc_compute_similarity_packed(ctx, NULL),
	      "vkc_compute_similarity_packed: output_packed is NULL; it takes n (n - 1) / 2 "
	      "floats.");
	WRONG(ctx, vkc_compute_similarity_rows(ctx, 0, 1, NULL),
	      "vkc_compute_similarity_rows: output_rows is NULL; it takes num_rows x n "
	      "floats.");
	WRONG(ctx, vkc_compute_similarity_rows(ctx, N, 1, values),
	      "vkc_compute_similarity_rows: first_row is 5 and num_rows 1, but there are 5 "
	      "rows, numbered from 0.");
	WRONG(ctx, vkc_compute_similarity_rows(ctx, N + 1, 0, values),
	      "vkc_compute_similarity_rows: first_row is 6 and num_rows 0, but there are 5 "
	      "rows, numbered from 0.");
	WRONG(ctx, vkc_compute_similarity_rows(ctx, 2, N - 1, values),
	      "vkc_compute_similarity_rows: first_row is 2 and num_rows 4, but there are 5 "
	      "rows, numbered from 0.");
	WRONG(ctx, vkc_compute_similarity_rows(ctx, 3, UINT32_MAX, values),
	      "vkc_compute_similarity_rows: first_row is 3 and num_rows 4294967295, but "
	      "there are 5 rows, numbered from 0.");
}

static void test_neighbors(void **state)
{
	VkComputeContext *ctx = *state;
	uint32_t indices[N * N];
	float values[N * N];

	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, 0, indices, values),
	      "vkc_compute_nearest_neighbors: k is 0; it takes 1 to 4, the number of other "
	      "items.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, N, indices, values),
	      "vkc_compute_nearest_neighbors: k is 5; it takes 1 to 4, the number of other "
	      "items.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, UINT32_MAX, indices, values),
	      "vkc_compute_nearest_neighbors: k is 4294967295; it takes 1 to 4, the number "
	      "of other items.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, N, 1, 1, indices, values),
	      "vkc_compute_nearest_neighbors: first_row is 5 and num_rows 1, but there are 5 "
	      "rows, numbered from 0.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 4, 2, 1, indices, values),
	      "vkc_compute_nearest_neighbors: first_row is 4 and num_rows 2, but there are 5 "
	      "rows, numbered from 0.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, UINT32_MAX, 2, 1, indices, values),
	      "vkc_compute_nearest_neighbors: first_row is 4294967295 and num_rows 2, but "
	      "there are 5 rows, numbered from 0.");
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 0, N, 1, NULL, NULL),
	      "vkc_compute_nearest_neighbors: output_indices and output_similarities are both NULL; at "
	      "least one of them must point to num_rows x k results.");
}

static void test_neighbors_of_one(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	uint32_t index;
	float value;

	(void)state;
	succeed(ctx, vkc_upload_embeddings(ctx, misuse_good, 1, D));
	WRONG(ctx, vkc_compute_nearest_neighbors(ctx, 0, 1, 1, &index, &value),
	      "vkc_compute_nearest_neighbors: k is 1, but the only item has no neighbours.");
	vkc_destroy(ctx);
}

static void test_continued_sequences(void **state)
{
	static const char about_seconds[] =
		"vkc_continue_diversity_sequences: seconds is *; it takes a finite number above 0.";
	VkComputeContext *ctx = *state;
	uint32_t rows[2 * N] = {0, 1, 2, 3, 4, 1, 3, 1};
	uint32_t lengths[2] = {2, 3};

	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N, 0), about_seconds);
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N, -1), about_seconds);
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N, (double)NAN),
	      about_seconds);
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 0, N, (double)INFINITY),
	      about_seconds);
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, NULL, lengths, 2, N, 1),
	      "vkc_continue_diversity_sequences: sequences is NULL; it takes num_sequences x length "
	      "indices.");
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, NULL, 2, N, 1),
	      "vkc_continue_diversity_sequences: lengths is NULL; it takes num_sequences numbers.");
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N + 1, 1),
	      "vkc_continue_diversity_sequences: length is 6; it takes 1 to 5, the number of items.");
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, 2, 1),
	      "vkc_continue_diversity_sequences: lengths[1] is 3; it takes 1 to 2, the requested "
	      "length.");
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N, 1),
	      "vkc_continue_diversity_sequences: element 2 of sequence 1 repeats item 1; a prefix "
	      "names each item once.");
	rows[N] = N;
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N, 1),
	      "vkc_continue_diversity_sequences: element 0 of sequence 1 is 5; items go from 0 to 4.");
	lengths[0] = 0;
	WRONG(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, 2, N, 1),
	      "vkc_continue_diversity_sequences: lengths[0] is 0; it takes 1 to 5, the requested "
	      "length.");
}

static void test_sequences(void **state)
{
	static const uint32_t prefixes[] = {0, 1, 2, 1, 4, 1};
	static const uint32_t past_the_end[] = {0, N};
	VkComputeContext *ctx = *state;
	uint32_t out[4 * N];

	WRONG(ctx, vkc_compute_diversity_sequence(ctx, N, out),
	      "vkc_compute_diversity_sequence: start is 5; items go from 0 to 4.");
	WRONG(ctx, vkc_compute_diversity_sequence(ctx, UINT32_MAX, out),
	      "vkc_compute_diversity_sequence: start is 4294967295; items go from 0 to 4.");
	WRONG(ctx, vkc_compute_diversity_sequence(ctx, 0, NULL),
	      "vkc_compute_diversity_sequence: output_sequence is NULL; it takes n indices.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, NULL, 1, 1, N, out),
	      "vkc_compute_diversity_sequences: prefixes is NULL; it takes num_sequences x "
	      "prefix_length indices.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, 1, N, NULL),
	      "vkc_compute_diversity_sequences: output_sequences is NULL; it takes "
	      "num_sequences x length indices.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, 0, N, out),
	      "vkc_compute_diversity_sequences: prefix_length is 0; it takes 1 to 5, the requested "
	      "length.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, 1, 0, out),
	      "vkc_compute_diversity_sequences: length is 0; it takes 1 to 5, the number of "
	      "items.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, 1, N + 1, out),
	      "vkc_compute_diversity_sequences: length is 6; it takes 1 to 5, the number of "
	      "items.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, 3, 2, out),
	      "vkc_compute_diversity_sequences: prefix_length is 3; it takes 1 to 2, the requested "
	      "length.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 2, 3, N, out),
	      "vkc_compute_diversity_sequences: element 2 of sequence 1 repeats item 1; a "
	      "prefix names each item once.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, 4, N, out),
	      "vkc_compute_diversity_sequences: element 3 of sequence 0 repeats item 1; a "
	      "prefix names each item once.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, past_the_end, 2, 1, N, out),
	      "vkc_compute_diversity_sequences: element 0 of sequence 1 is 5; items go from "
	      "0 to 4.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, past_the_end, 1, 2, N, out),
	      "vkc_compute_diversity_sequences: element 1 of sequence 0 is 5; items go from "
	      "0 to 4.");
	WRONG(ctx, vkc_compute_diversity_sequences(ctx, prefixes, 1, N + 1, N + 1, out),
	      "vkc_compute_diversity_sequences: length is 6; it takes 1 to 5, the number of "
	      "items.");
}

/* More device memory than the limit allows. */
static void test_too_much(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 1 << 20);
	Data data = data_make(DATA_RANDOM, 5000, 100, 1);
	static float floats[N * D];

	(void)state;
	misuse_check(ctx, vkc_upload_embeddings(ctx, data.floats, data.n, data.d),
	             VKC_ERROR_OUT_OF_DEVICE_MEMORY, "vkc_upload_embeddings of 2 MB with 1 MB allowed",
	             "The upload needs * bytes of device memory, but only 1048576 may be used: "
	             "raise the memory limit (VKC_MEMORY_LIMIT) or upload less.");
	memcpy(floats, misuse_good, sizeof(misuse_good));
	succeed(ctx, vkc_upload_embeddings(ctx, floats, N, D));
	data_free(&data);
	vkc_destroy(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WRONG_USES(test_uploads),
		WRONG_USES(test_not_finite),
		WRONG_USES(test_similarity),
		WRONG_USES(test_neighbors),
		WRONG_USES(test_neighbors_of_one),
		WRONG_USES(test_continued_sequences),
		WRONG_USES(test_sequences),
		WRONG_USES(test_too_much),
	};
	int failed = cmocka_run_group_tests(tests, misuse_setup, misuse_teardown);

	misuse_report();
	return failed;
}
