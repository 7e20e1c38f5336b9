/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		fail_msg("The test itself ran out of memory (%zu x %zu bytes).", count, size);
	return memory;
}

/* ---- Embeddings ------------------------------------------------------------ */

uint64_t random_bits(uint64_t *seed)
{
	/* SplitMix64. */
	uint64_t bits = *seed += 0x9e3779b97f4a7c15u;

	bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
	bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
	return bits ^ (bits >> 31);
}

uint32_t random_below(uint64_t *seed, uint32_t bound)
{
	return (uint32_t)(random_bits(seed) % bound);
}

double random_unit(uint64_t *seed)
{
	return (double)(int64_t)random_bits(seed) * 0x1p-63;
}

double random_normal(uint64_t *seed)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)(random_bits(seed) >> 11) * 0x1p-53;
	return sum - 6;
}

const char *data_kind_name(DataKind kind)
{
	static const char *const names[DATA_KINDS] = {
		[DATA_RANDOM] = "random",
		[DATA_CLUSTERED] = "clustered",
		[DATA_ANISOTROPIC] = "anisotropic",
		[DATA_UNNORMALISED] = "unnormalised",
		[DATA_DUPLICATES] = "duplicates",
		[DATA_ZEROS] = "zero rows",
		[DATA_INTEGERS] = "integers",
		[DATA_SIGNS] = "signs",
		[DATA_AXES] = "axes",
	};

	return names[kind];
}

static void fill_row(float *row, DataKind kind, uint32_t i, uint32_t d, uint64_t *seed)
{
	double length = pow(10, (double)random_below(seed, 601) / 100 - 3);
	uint64_t centre = random_below(seed, 12) + 1;

	for (uint32_t c = 0; c < d; c++) {
		double normal = random_normal(seed);

		switch (kind) {
		case DATA_CLUSTERED:
			row[c] = (float)(random_normal(&centre) + 0.3 * normal);
			break;
		case DATA_ANISOTROPIC:
			row[c] = (float)(1.5 + normal * 4 / (1 + c / 4.0));
			break;
		case DATA_UNNORMALISED:
			row[c] = (float)(normal * length);
			break;
		case DATA_ZEROS:
			row[c] = i % 4 == 3 ? 0 : (float)normal;
			break;
		case DATA_INTEGERS:
			row[c] = (float)((int)random_below(seed, 5) - 2);
			break;
		case DATA_SIGNS:
			row[c] = normal < 0 ? -1 : 1;
			break;
		default:
			row[c] = (float)normal;
		}
	}
}

static void fill_axis(float *row, uint32_t d, uint64_t *seed)
{
	float length = ldexpf(1, (int)random_below(seed, 4));

	row[random_below(seed, d)] = random_below(seed, 2) ? length : -length;
}

static void repeat_row(float *row, const float *from, uint32_t d, float factor)
{
	for (uint32_t c = 0; c < d; c++)
		row[c] = factor * from[c];
}

Data data_make(DataKind kind, uint32_t n, uint32_t d, uint64_t seed)
{
	Data data = {.n = n, .d = d};

	data.floats = allocate((size_t)n * d, sizeof(*data.floats));
	data.doubles = allocate((size_t)n * d, sizeof(*data.doubles));
	for (uint32_t i = 0; i < n; i++) {
		float *row = data.floats + (size_t)i * d;

		if (kind == DATA_AXES)
			fill_axis(row, d, &seed);
		else if (kind == DATA_DUPLICATES && i > 0 && random_below(&seed, 2))
			repeat_row(row, data.floats + (size_t)random_below(&seed, i) * d, d, 1);
		else if (kind == DATA_SIGNS && i % 3 == 2)
			repeat_row(row, row - d, d, i % 2 ? 1 : -1);
		else
			fill_row(row, kind, i, d, &seed);
	}
	for (size_t at = 0; at < (size_t)n * d; at++)
		data.doubles[at] = data.floats[at];
	return data;
}

void data_free(Data *data)
{
	free(data->floats);
	free(data->doubles);
	*data = (Data){0};
}

/* ---- Contexts ---------------------------------------------------------------- */

VkComputeContext *context_new(const char *tuning, uint64_t memory_limit)
{
	VkcOptions options = {
		.struct_size = sizeof(options),
		.tuning = tuning,
		.memory_limit = memory_limit,
	};
	VkComputeContext *ctx = NULL;

	succeed(NULL, vkc_init_with_options(&options, &ctx));
	assert_non_null(ctx);
	return ctx;
}

void context_upload(VkComputeContext *ctx, const Data *data)
{
	succeed(ctx, vkc_upload_embeddings(ctx, data->floats, data->n, data->d));
}

int context_setup(void **state)
{
	*state = vkc_init();
	if (!*state)
		print_error("No context: %s\n", vkc_last_error(NULL));
	return *state ? 0 : -1;
}

int context_teardown(void **state)
{
	vkc_destroy(*state);
	return 0;
}

void check_success(const VkComputeContext *ctx, VkcResult result, const char *call,
                   const char *file, int line)
{
	if (result == VKC_SUCCESS)
		return;
	print_error("%s\n  returned %s: %s\n", call, vkc_result_string(result),
	            vkc_last_error(ctx));
	_fail(file, line);
}

/* ---- Comparisons --------------------------------------------------------------- */

void check_bytes(const void *actual, const void *expected, size_t size, const char *format, ...)
{
	const unsigned char *a = actual;
	const unsigned char *b = expected;
	size_t at = 0;
	char what[200];
	va_list arguments;

	if (!memcmp(a, b, size))
		return;
	while (a[at] == b[at])
		at++;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	at -= at % 4;
	fail_msg("%s: other bytes from offset %zu of %zu: %02x%02x%02x%02x, expected "
	         "%02x%02x%02x%02x",
	         what, at, size, a[at + 3], a[at + 2], a[at + 1], a[at],
	         b[at + 3], b[at + 2], b[at + 1], b[at]);
}

uint32_t check_sequence(const Data *data, const uint32_t *sequence, uint32_t length,
                        uint32_t prefix_length, const char *format, ...)
{
	uint32_t differences;
	char what[200];
	char message[200];
	va_list arguments;

	if (reference_check_sequence(data->doubles, data->n, data->d, sequence, length,
	                             prefix_length, &differences, message, sizeof(message)))
		return differences;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	fail_msg("%s: %s", what, message);
	return differences;
}

void check_matrix(const Data *data, const float *matrix, const char *format, ...)
{
	uint32_t n = data->n;
	double *expected = allocate((size_t)n * n, sizeof(*expected));
	char what[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	reference_matrix(data->doubles, n, data->d, expected);
	for (uint32_t i = 0; i < n; i++) {
		int zero = reference_norm(data->doubles + (size_t)i * data->d, data->d) == 0;

		if (matrix[(size_t)i * n + i] != (zero ? 0.0f : 1.0f))
			fail_msg("%s: [%u][%u] is %.9g, expected exactly %d", what, i, i,
			         matrix[(size_t)i * n + i], !zero);
		for (uint32_t j = 0; j < n; j++) {
			float value = matrix[(size_t)i * n + j];

			/* Written so that NaN fails. */
			if (!(fabs(value - expected[(size_t)i * n + j]) <= SIMILARITY_TOLERANCE))
				fail_msg("%s: [%u][%u] is %.9g, expected %.12g", what, i, j,
				         value, expected[(size_t)i * n + j]);
			if (value != matrix[(size_t)j * n + i])
				fail_msg("%s: [%u][%u] is %.9g, but [%u][%u] is %.9g", what, i, j,
				         value, j, i, matrix[(size_t)j * n + i]);
		}
	}
	free(expected);
}

Answers answers_compute(VkComputeContext *ctx, uint32_t n)
{
	/* More walks take longer and reveal nothing more. */
	Answers answers = {
		.n = n,
		.k = n > 10 ? 10 : n - 1,
		.num_starts = n > 40 ? 40 : n,
	};
	uint32_t starts[40];

	answers.matrix = allocate((size_t)n * n, sizeof(*answers.matrix));
	answers.sequences = allocate((size_t)answers.num_starts * n, sizeof(*answers.sequences));
	answers.neighbors = allocate((size_t)n * answers.k, sizeof(*answers.neighbors));
	answers.similarities = allocate((size_t)n * answers.k, sizeof(*answers.similarities));
	for (uint32_t i = 0; i < answers.num_starts; i++)
		starts[i] = (n - 1) - i * (n / answers.num_starts);
	/* Neighbours come first, so that the whole matrix has not been requested by then. */
	if (answers.k)
		succeed(ctx,
		        vkc_compute_nearest_neighbors(ctx, 0, n, answers.k, answers.neighbors,
		                                      answers.similarities));
	succeed(ctx, vkc_compute_diversity_sequences(ctx, starts, answers.num_starts, 1, n,
	                                             answers.sequences));
	succeed(ctx, vkc_compute_similarity_matrix(ctx, answers.matrix));
	return answers;
}

void answers_check(const Answers *actual, const Answers *expected, const char *what)
{
	size_t n = expected->n;
	size_t pairs = n * expected->k;

	assert_int_equal(actual->n, expected->n);
	check_bytes(actual->matrix, expected->matrix, n * n * sizeof(float),
	            "%s: similarity matrix of %zu", what, n);
	check_bytes(actual->sequences, expected->sequences,
	            expected->num_starts * n * sizeof(uint32_t),
	            "%s: diversity sequences of %zu", what, n);
	check_bytes(actual->neighbors, expected->neighbors, pairs * sizeof(uint32_t),
	            "%s: nearest neighbours of %zu", what, n);
	check_bytes(actual->similarities, expected->similarities, pairs * sizeof(float),
	            "%s: similarities of the neighbours of %zu", what, n);
}

void answers_free(Answers *answers)
{
	free(answers->matrix);
	free(answers->sequences);
	free(answers->neighbors);
	free(answers->similarities);
	*answers = (Answers){0};
}
