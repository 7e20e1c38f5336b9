/* SPDX-License-Identifier: MIT
 *
 * A random sequence of calls with random arguments on small data. A model of the upload predicts
 * which calls must succeed. Outputs are written to blocks of exactly the documented size, and their
 * invariants are checked.
 */
#include "fuzz_input.h"

#include <math.h>
#include <stdbool.h>

enum {
	NEW_CONTEXT = 0xC7
};

static VkComputeContext *ctx;
static uint32_t n; /* rows uploaded, 0 = none */

static void make_context(struct input *input)
{
	static const char *const tunings[] = {
		"",
		"int64=0",
		"matrix=0",
		"merge=0",
		"matrix=0,bounded=0,cached_rows=3,submit_rows=1",
		"int64=0,matrix=0,bounded=1",
		"submit_us=1",
		"subgroup=0"};
	const VkcOptions options = {
		.struct_size = sizeof(options),
		.tuning = tunings[take(input) % (sizeof(tunings) / sizeof(*tunings))]};

	vkc_destroy(ctx);
	n = 0;
	if (!*options.tuning) {
		ctx = vkc_init();
		must(ctx != NULL, "vkc_init makes a context");
		return;
	}
	expect(NULL, vkc_init_with_options(&options, &ctx), VKC_SUCCESS, "vkc_init_with_options");
}

static void upload(struct input *input)
{
	uint32_t rows = take_number(input, 13);
	uint32_t dim = take_number(input, 9);
	VkcResult expected = VKC_SUCCESS;
	float *data;

	if (rows == 0 || dim == 0)
		expected = VKC_ERROR_INVALID_ARGUMENT;
	else if (rows > 64 || dim > 64)
		return; /* valid, but too large to allocate here */
	data = exact((size_t)(expected ? 1 : rows * dim) * sizeof(float));
	for (uint32_t i = 0; !expected && i < rows * dim; i++) {
		uint8_t value = take(input);

		data[i] = (float)((int)value - 100) / 8;
		if (value == 255)
			data[i] = NAN;
		if (value == 254)
			data[i] = INFINITY;
		if (value == 253)
			data[i] = 3e38f;
		if (value == 252)
			data[i] = 1e-45f;
	}
	for (uint32_t i = 0; !expected && i < rows * dim; i++)
		if (!isfinite(data[i]))
			expected = VKC_ERROR_NOT_FINITE;
	expect(ctx, vkc_upload_embeddings(ctx, data, rows, dim), expected, "vkc_upload_embeddings");
	if (expected == VKC_SUCCESS)
		n = rows;
	free(data);
}

static void check_similarity(float value)
{
	must(value >= -1 && value <= 1, "a similarity lies in -1 ... 1");
}

static void prepare(struct input *input)
{
	static const double choices[] = {0, 1e-9, 1e-4, 1, -0.0, -1e-300, INFINITY, -INFINITY, NAN};
	double seconds = choices[take(input) % (sizeof(choices) / sizeof(*choices))];
	bool valid = n && seconds >= 0 && isfinite(seconds);
	double before = 0;
	double after;
	uint32_t pays = 2;

	expect(ctx, vkc_matrix_pays(ctx, take(input), &pays),
	       n ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "vkc_matrix_pays");
	must(!n || pays <= 1, "the matrix pays or does not");

	expect(ctx, vkc_prepare_matrix(ctx, seconds, &before),
	       valid ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "vkc_prepare_matrix");
	if (!valid)
		return;
	must(before > 0 && before <= 1, "there is a part of the matrix");
	expect(ctx, vkc_prepare_matrix(ctx, 0, &after), VKC_SUCCESS, "vkc_prepare_matrix again");
	must(after <= 1 && (after > before || before == 1), "there is more of the matrix");
}

static void matrix(void)
{
	float *out = exact((size_t)n * n * sizeof(float));
	VkcResult expected = n ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT;

	expect(ctx, vkc_compute_similarity_matrix(ctx, out), expected,
	       "vkc_compute_similarity_matrix");
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < n; j++) {
			check_similarity(out[i * n + j]);
			must(out[i * n + j] == out[j * n + i], "the matrix is symmetric");
			must(i != j || out[i * n + j] == 1 || out[i * n + j] == 0,
			     "the diagonal is 1 or 0");
		}
	free(out);
}

static void rows_and_neighbors(struct input *input, bool neighbors)
{
	uint32_t first = take_number(input, 14);
	uint32_t count = take_number(input, 14);
	uint32_t k = take_number(input, 14);
	bool valid = n && first <= n && count <= n - first;
	size_t width = neighbors ? k : n;
	uint32_t *indices;
	float *values;

	if (neighbors)
		valid = valid && k >= 1 && k <= n - 1;
	indices = exact(valid && neighbors ? count * width * sizeof(uint32_t) : 1);
	values = exact(valid ? count * width * sizeof(float) : 1);
	expect(ctx,
	       neighbors ? vkc_compute_nearest_neighbors(ctx, first, count, k, indices, values)
	                 : vkc_compute_similarity_rows(ctx, first, count, values),
	       valid ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "rows or neighbours");
	for (size_t i = 0; valid && i < count * width; i++) {
		check_similarity(values[i]);
		if (!neighbors)
			continue;
		must(indices[i] < n && indices[i] != first + i / k, "a neighbour is another row");
		must(i % k == 0 || values[i] <= values[i - 1], "neighbours come in order");
	}
	free(indices);
	free(values);
}

static void packed(void)
{
	float *out = exact(n ? (size_t)n * (n - 1) / 2 * sizeof(float) : 0);

	expect(ctx, vkc_compute_similarity_packed(ctx, out),
	       n ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "vkc_compute_similarity_packed");
	for (uint32_t i = 0; n && i < n * (n - 1) / 2; i++)
		check_similarity(out[i]);
	free(out);
}

static bool is_walk(const uint32_t *walk, uint32_t length)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < length; i++) {
		if (walk[i] >= n || (seen & 1ull << walk[i]))
			return false;
		seen |= 1ull << walk[i];
	}
	return true;
}

static void sequence(struct input *input)
{
	uint32_t start = take_number(input, 14);
	bool valid = start < n;
	uint32_t *out = exact(valid ? n * sizeof(uint32_t) : 1);

	expect(ctx, vkc_compute_diversity_sequence(ctx, start, out),
	       valid ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "vkc_compute_diversity_sequence");
	must(!valid || (out[0] == start && is_walk(out, n)), "a sequence is a permutation");
	free(out);
}

static void sequences(struct input *input)
{
	uint32_t count = take_number(input, 9);
	uint32_t prefix_length = take_number(input, 5);
	uint32_t length = take_number(input, 14);
	bool valid = n && prefix_length >= 1 && prefix_length <= length && length <= n;
	bool small = count < 9 && prefix_length < 5;
	size_t num_prefixes = small ? (size_t)count * prefix_length : 0;
	uint32_t *prefixes, *out;

	if (valid && !small)
		return; /* valid, but too large to allocate here */
	prefixes = exact(num_prefixes * sizeof(uint32_t));
	for (size_t i = 0; i < num_prefixes; i++)
		prefixes[i] = take_number(input, 12);
	for (uint32_t i = 0; valid && i < count; i++)
		valid = is_walk(prefixes + i * prefix_length, prefix_length);
	out = exact(valid ? (size_t)count * length * sizeof(uint32_t) : 1);
	if (n && count == 0 && !valid) {
		/* With no output requested, the library need not check the lengths. */
		vkc_compute_diversity_sequences(ctx, prefixes, count, prefix_length, length, out);
	} else {
		expect(ctx,
		       vkc_compute_diversity_sequences(ctx, prefixes, count, prefix_length, length,
		                                       out),
		       valid ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT,
		       "vkc_compute_diversity_sequences");
	}
	for (uint32_t i = 0; valid && i < count; i++) {
		must(is_walk(out + i * length, length), "a row is a walk");
		must(memcmp(out + i * length, prefixes + i * prefix_length,
		            prefix_length * sizeof(uint32_t)) == 0,
		     "a row begins with its prefix");
	}
	free(prefixes);
	free(out);
}

/* Completes sequences of which some elements are given, in calls of little time. */
static void continued(struct input *input)
{
	static const double choices[] = {1e-9, 1e-3, 1, 0, -1, INFINITY, NAN};
	double seconds = choices[take(input) % (sizeof(choices) / sizeof(*choices))];
	uint32_t count = take_number(input, 9) % 9;
	uint32_t length = take_number(input, 14);
	bool valid = n && length >= 1 && length <= n && seconds > 0 && isfinite(seconds);
	bool given = valid;
	uint32_t *rows = exact(valid ? (size_t)count * length * sizeof(uint32_t) : 1);
	uint32_t *lengths = exact(valid ? count * sizeof(uint32_t) : 1);
	uint32_t done = 0;

	for (uint32_t i = 0; given && i < count; i++) {
		lengths[i] = take_number(input, 5);
		valid = valid && lengths[i] >= 1 && lengths[i] <= length;
		for (uint32_t j = 0; j < length; j++)
			rows[i * length + j] = take_number(input, 12);
	}
	for (uint32_t i = 0; valid && i < count; i++)
		valid = is_walk(rows + i * length, lengths[i]);
	while (valid && done < count) {
		expect(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, count, length, seconds),
		       VKC_SUCCESS, "vkc_continue_diversity_sequences");
		done = 0;
		for (uint32_t i = 0; i < count; i++) {
			must(lengths[i] <= length && is_walk(rows + i * length, lengths[i]),
			     "a row begins a walk");
			done += lengths[i] == length;
		}
	}
	if (!valid)
		expect(ctx, vkc_continue_diversity_sequences(ctx, rows, lengths, count, length, seconds),
		       VKC_ERROR_INVALID_ARGUMENT, "vkc_continue_diversity_sequences");
	free(rows);
	free(lengths);
}

static void device_info(struct input *input)
{
	VkcDeviceInfo info = {.struct_size = take(input) < 250 ? sizeof(info) : take_u32(input)};
	bool valid = info.struct_size == sizeof(info);

	expect(ctx, vkc_get_device_info(ctx, &info),
	       valid ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "vkc_get_device_info");
}

static void decision_counts(struct input *input)
{
	VkcDecisionCounts counts = {.struct_size = sizeof(counts)};
	if (take(input) >= 250)
		counts.struct_size = take_u32(input);
	bool valid = counts.struct_size == sizeof(counts);

	expect(ctx, vkc_get_decision_counts(ctx, &counts),
	       valid ? VKC_SUCCESS : VKC_ERROR_INVALID_ARGUMENT, "vkc_get_decision_counts");
	must(!valid || counts.ties <= counts.by_integers, "ties are found by exact arithmetic");
}

static void what_there_is(struct input *input)
{
	VkcDeviceInfo infos[2] = {{.struct_size = sizeof(*infos)}, {.struct_size = sizeof(*infos)}};
	uint32_t capacity = take(input) % 3;
	uint32_t count = capacity;

	must(vkc_version() == VKC_VERSION, "the library has the header's version");
	must(vkc_result_version() > 0, "results have a version");
	must(vkc_result_string((VkcResult)take_u32(input)) != NULL, "every number has a name");
	expect(NULL, vkc_list_devices(&count, infos), VKC_SUCCESS, "vkc_list_devices");
	must(count <= capacity, "no more devices than the capacity");
}

static void without_data(struct input *input)
{
	switch (take(input) % 4) {
	case 0:
		expect(ctx, vkc_upload_embeddings(ctx, NULL, 3, 3), VKC_ERROR_INVALID_ARGUMENT,
		       "vkc_upload_embeddings without data");
		break;
	case 1:
		expect(ctx, vkc_compute_similarity_matrix(ctx, NULL), VKC_ERROR_INVALID_ARGUMENT,
		       "vkc_compute_similarity_matrix without a buffer");
		break;
	case 2:
		expect(ctx, vkc_compute_diversity_sequence(ctx, 0, NULL), VKC_ERROR_INVALID_ARGUMENT,
		       "vkc_compute_diversity_sequence without a buffer");
		break;
	default:
		expect(NULL, vkc_compute_similarity_matrix(NULL, NULL), VKC_ERROR_INVALID_ARGUMENT,
		       "vkc_compute_similarity_matrix without a context");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	/* Creating a context takes a thousand times as long as a call, so it is rare. */
	if (!ctx || take(&input) == NEW_CONTEXT)
		make_context(&input);
	while (input.size > 0) {
		switch (take(&input) % 13) {
		case 0:
		case 1:
			upload(&input);
			break;
		case 2:
			matrix();
			break;
		case 3:
			rows_and_neighbors(&input, false);
			break;
		case 4:
			rows_and_neighbors(&input, true);
			break;
		case 5:
			packed();
			break;
		case 6:
			sequence(&input);
			break;
		case 7:
			sequences(&input);
			break;
		case 8:
			device_info(&input);
			decision_counts(&input);
			break;
		case 9:
			without_data(&input);
			break;
		case 10:
			prepare(&input);
			break;
		case 11:
			continued(&input);
			break;
		default:
			what_there_is(&input);
		}
	}
	return 0;
}
