/* SPDX-License-Identifier: MIT */
#include "exact_sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exact_rows.h"
#include "support.h"

/* How to make one set. */
struct recipe {
	ExactKind kind;
	VkcType type;
	uint32_t flags;
	uint32_t n, d;
	double parameter; /* what it means depends on the kind */
	void (*fill)(const struct recipe *recipe, double *values, uint64_t *seed);
};

/* ---- Numbers ----------------------------------------------------------------- */

static double uniform(uint64_t *seed)
{
	return (double)(random_bits(seed) >> 11) * 0x1p-53;
}

/* Uniform in -bound ... bound. */
static int integer(uint64_t *seed, uint32_t bound)
{
	return (int)random_below(seed, 2 * bound + 1) - (int)bound;
}

/* Rounds a number to the type. */
static double rounded(VkcType type, double value)
{
	int exponent;
	double unit;

	if (type == VKC_FLOAT64 || value == 0)
		return value;
	if (type == VKC_FLOAT32)
		return (float)value;
	frexp(value, &exponent);
	unit = ldexp(1, exponent - 11 < -24 ? -24 : exponent - 11);
	return rint(value / unit) * unit;
}

/* The bits of a number that is a float16. */
static uint16_t half_bits(double value)
{
	int exponent;
	double fraction = frexp(fabs(value), &exponent);
	int biased = exponent + 14;
	uint32_t bits;

	if (value == 0 || biased < 1)
		bits = (uint32_t)ldexp(fabs(value), 24);
	else
		bits = (uint32_t)biased << 10 | (uint32_t)(ldexp(fraction, 11) - 1024);
	return (uint16_t)(bits | (signbit(value) ? 0x8000u : 0));
}

static void *encode(VkcType type, const double *values, size_t count)
{
	void *numbers = allocate(count, sizeof(double));

	for (size_t i = 0; i < count; i++) {
		if (type == VKC_FLOAT64)
			((double *)numbers)[i] = values[i];
		else if (type == VKC_FLOAT32)
			((float *)numbers)[i] = (float)values[i];
		else
			((uint16_t *)numbers)[i] = half_bits(values[i]);
	}
	return numbers;
}

/* ---- Rows -------------------------------------------------------------------- */

static double *row_of(const struct recipe *recipe, double *values, uint32_t i)
{
	return values + (size_t)i * recipe->d;
}

static void multiply(double *row, uint32_t d, double factor)
{
	for (uint32_t c = 0; c < d; c++)
		row[c] *= factor;
}

static void copy_multiple(double *row, const double *from, uint32_t d, double factor)
{
	for (uint32_t c = 0; c < d; c++)
		row[c] = from[c] * factor;
}

/* As code in float32 does it. */
static void normalise(double *row, uint32_t d)
{
	float sum = 0;

	for (uint32_t c = 0; c < d; c++)
		sum += (float)row[c] * (float)row[c];
	for (uint32_t c = 0; sum > 0 && c < d; c++)
		row[c] = (float)row[c] / sqrtf(sum);
}

/* ---- Kinds ------------------------------------------------------------------- */

/* The parameter is the share of ones. */
static void fill_binary(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = uniform(seed) < recipe->parameter;
}

/* The parameter is the largest absolute value. */
static void fill_integers(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = integer(seed, (uint32_t)recipe->parameter);
}

/* The parameter is the largest absolute value; the others are one less. */
static void fill_extremes(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = (recipe->parameter - random_below(seed, 2)) * (random_below(seed, 2) ? 1 : -1);
}

static void fill_ratings(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = 1 + random_below(seed, 5);
}

/* The parameter is the factor. */
static void fill_quantised(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = random_below(seed, 4) ? 0 : recipe->parameter;
}

/* The same, with another number at the very end. */
static void fill_odd_end(const struct recipe *recipe, double *values, uint64_t *seed)
{
	fill_quantised(recipe, values, seed);
	values[(size_t)recipe->n * recipe->d - 1] = 0.3;
}

static void fill_unit(const struct recipe *recipe, double *values, uint64_t *seed)
{
	fill_binary(recipe, values, seed);
	for (uint32_t i = 0; i < recipe->n; i++)
		normalise(row_of(recipe, values, i), recipe->d);
}

/* The parameter is the largest number of words in a row. A word's frequency is inversely
 * proportional to its rank. */
static void fill_tfidf(const struct recipe *recipe, double *values, uint64_t *seed)
{
	uint32_t d = recipe->d;

	for (uint32_t i = 0; i < recipe->n; i++) {
		uint32_t words = 1 + random_below(seed, (uint32_t)recipe->parameter);

		while (words-- > 0)
			row_of(recipe, values, i)[(uint32_t)pow(d + 1, uniform(seed)) - 1]++;
	}
	for (uint32_t c = 0; c < d; c++) {
		uint32_t rows = 0;

		for (uint32_t i = 0; i < recipe->n; i++)
			rows += row_of(recipe, values, i)[c] > 0;
		for (uint32_t i = 0; i < recipe->n; i++)
			row_of(recipe, values, i)[c] *= log((1.0 + recipe->n) / (1.0 + rows)) + 1;
	}
	for (uint32_t i = 0; i < recipe->n; i++)
		normalise(row_of(recipe, values, i), d);
}

/* Integers of up to 2^16, so that the multiples are exact in float32. The parameter is one more
 * factor; multiples by 0.1 are not exact. */
static void fill_duplicates(const struct recipe *recipe, double *values, uint64_t *seed)
{
	const double factors[] = {1, 2, 3, 10, 0.5, -1, recipe->parameter};

	for (uint32_t i = 0; i < recipe->n; i++) {
		double *row = row_of(recipe, values, i);

		if (i > 1 && random_below(seed, 3)) {
			copy_multiple(row, row_of(recipe, values, random_below(seed, i)), recipe->d,
			              factors[random_below(seed, COUNT(factors))]);
			continue;
		}
		for (uint32_t c = 0; c < recipe->d; c++)
			row[c] = integer(seed, 1 << 16);
	}
}

static void fill_normal(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = random_normal(seed);
}

static void fill_near_ties(const struct recipe *recipe, double *values, uint64_t *seed)
{
	uint32_t d = recipe->d;

	fill_normal(recipe, values, seed);
	for (uint32_t i = recipe->n / 4; i < recipe->n; i++) {
		double *row = row_of(recipe, values, i);
		uint32_t c = random_below(seed, d);

		memcpy(row, row_of(recipe, values, random_below(seed, i)), d * sizeof(*row));
		row[c] = recipe->type == VKC_FLOAT32 ? nextafterf((float)row[c], 100)
		                                     : nextafter(row[c], 100);
	}
}

/* Groups of three rows: a, b and -a - b, of small integers. The parameter, which may be 0, is the
 * relative error of the third. */
static void fill_cancelling(const struct recipe *recipe, double *values, uint64_t *seed)
{
	uint32_t d = recipe->d;

	for (uint32_t i = 0; i < recipe->n; i++) {
		double *row = row_of(recipe, values, i);

		for (uint32_t c = 0; c < d; c++) {
			row[c] = integer(seed, 3);
			if (i % 3 == 2)
				row[c] = -(row[c - (ptrdiff_t)d] + row[c - 2 * (ptrdiff_t)d]);
			if (i % 3 == 2 && c == 0)
				row[c] *= 1 + recipe->parameter;
		}
	}
}

/* Each row is followed by its opposite; zero rows are their own. The parameter is the largest
 * absolute value. */
static void fill_opposites(const struct recipe *recipe, double *values, uint64_t *seed)
{
	fill_integers(recipe, values, seed);
	for (uint32_t i = 1; i < recipe->n; i += 2) {
		double *row = row_of(recipe, values, i);

		copy_multiple(row, row - recipe->d, recipe->d, -1);
	}
}

/* The parameter is the share of zero rows. */
static void fill_zeros(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (uint32_t i = 0; i < recipe->n; i++) {
		int zero = uniform(seed) < recipe->parameter;

		for (uint32_t c = 0; !zero && c < recipe->d; c++)
			row_of(recipe, values, i)[c] = integer(seed, 2);
	}
}

/* The parameter is the norm of the outliers; every 16th row is one. */
static void fill_outliers(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (uint32_t i = 0; i < recipe->n; i++) {
		double *row = row_of(recipe, values, i);

		for (uint32_t c = 0; c < recipe->d; c++)
			row[c] = integer(seed, 4);
		if (i % 16 == 11)
			multiply(row, recipe->d, recipe->parameter);
	}
}

/* Half of the rows are small integers, the other half not. Exponents are up to the parameter. */
static void fill_exponents(const struct recipe *recipe, double *values, uint64_t *seed)
{
	fill_normal(recipe, values, seed);
	for (uint32_t i = 0; i < recipe->n; i++) {
		double *row = row_of(recipe, values, i);

		for (uint32_t c = 0; i % 2 && c < recipe->d; c++)
			row[c] = integer(seed, 2);
		multiply(row, recipe->d, ldexp(1, integer(seed, (uint32_t)recipe->parameter)));
	}
}

/* Small multiples of the parameter, the smallest number of the type. */
static void fill_subnormal(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (size_t at = 0; at < (size_t)recipe->n * recipe->d; at++)
		values[at] = recipe->parameter * integer(seed, 5);
}

/* Every third row has normal numbers. */
static void fill_part_subnormal(const struct recipe *recipe, double *values, uint64_t *seed)
{
	fill_subnormal(recipe, values, seed);
	for (uint32_t i = 0; i < recipe->n; i += 3) {
		for (uint32_t c = 0; c < recipe->d; c++)
			row_of(recipe, values, i)[c] = integer(seed, 2);
	}
}

static void fill_clustered(const struct recipe *recipe, double *values, uint64_t *seed)
{
	for (uint32_t i = 0; i < recipe->n; i++) {
		uint64_t centre = random_below(seed, 12) + 1;

		for (uint32_t c = 0; c < recipe->d; c++)
			row_of(recipe, values, i)[c] = random_normal(&centre) + 0.3 * random_normal(seed);
	}
}

/* ---- Sets -------------------------------------------------------------------- */

/* Neighbours differ in size, so that some uploads follow longer ones and some shorter ones. Sizes
 * are small, since all sequences of all sets are computed many times. */
static const struct recipe recipes[] = {
	{EXACT_BINARY_5, VKC_FLOAT32, 0, 80, 64, 0.05, fill_binary},
	{EXACT_BINARY_5, VKC_FLOAT32, 0, 130, 128, 0.05, fill_binary},
	{EXACT_BINARY_5, VKC_FLOAT64, 0, 63, 40, 0.05, fill_binary},
	{EXACT_BINARY_20, VKC_FLOAT32, 0, 60, 16, 0.2, fill_binary},
	{EXACT_BINARY_20, VKC_FLOAT32, 0, 150, 64, 0.2, fill_binary},
	{EXACT_BINARY_50, VKC_FLOAT32, 0, 100, 32, 0.5, fill_binary},
	{EXACT_BINARY_50, VKC_FLOAT32, 0, 30, 8, 0.5, fill_binary},
	{EXACT_BINARY_50, VKC_FLOAT32, 0, 200, 128, 0.5, fill_binary},
	{EXACT_TERNARY, VKC_FLOAT32, 0, 20, 3, 1, fill_integers},
	{EXACT_TERNARY, VKC_FLOAT32, 0, 129, 24, 1, fill_integers},
	{EXACT_TERNARY, VKC_FLOAT64, 0, 75, 6, 1, fill_integers},
	{EXACT_RATINGS, VKC_FLOAT32, 0, 140, 5, 0, fill_ratings},
	{EXACT_RATINGS, VKC_FLOAT32, 0, 80, 10, 0, fill_ratings},
	{EXACT_RATINGS, VKC_FLOAT32, 0, 64, 64, 0, fill_ratings},
	{EXACT_INT8, VKC_FLOAT32, 0, 120, 64, 127, fill_integers},
	{EXACT_INT8, VKC_FLOAT32, 0, 170, 2, 127, fill_integers},
	{EXACT_QUANTISED, VKC_FLOAT32, 0, 90, 48, 0.1, fill_quantised},
	{EXACT_QUANTISED, VKC_FLOAT64, 0, 140, 20, 0.1, fill_quantised},
	{EXACT_UNIT, VKC_FLOAT32, 0, 100, 64, 0.1, fill_unit},
	{EXACT_UNIT, VKC_FLOAT32, 0, 161, 24, 0.2, fill_unit},
	{EXACT_TFIDF, VKC_FLOAT32, 0, 110, 100, 12, fill_tfidf},
	{EXACT_TFIDF, VKC_FLOAT32, 0, 150, 40, 2, fill_tfidf},
	{EXACT_DUPLICATES, VKC_FLOAT32, 0, 66, 3, 1, fill_duplicates},
	{EXACT_DUPLICATES, VKC_FLOAT64, 0, 100, 12, 1, fill_duplicates},
	{EXACT_DUPLICATES, VKC_FLOAT32, 0, 140, 32, 0.1, fill_duplicates},
	{EXACT_NEAR_TIES, VKC_FLOAT32, 0, 90, 8, 0, fill_near_ties},
	{EXACT_NEAR_TIES, VKC_FLOAT64, 0, 100, 16, 0, fill_near_ties},
	{EXACT_CANCELLING, VKC_FLOAT32, 0, 61, 12, 3, fill_opposites},
	{EXACT_CANCELLING, VKC_FLOAT32, 0, 96, 4, 0, fill_cancelling},
	{EXACT_CANCELLING, VKC_FLOAT64, 0, 80, 6, 0x1p-50, fill_cancelling},
	{EXACT_ZEROS, VKC_FLOAT32, 0, 50, 5, 0.3, fill_zeros},
	{EXACT_ZEROS, VKC_FLOAT32, 0, 101, 16, 0.5, fill_zeros},
	{EXACT_ZEROS, VKC_FLOAT32, 0, 33, 3, 1, fill_zeros},
	{EXACT_OUTLIERS, VKC_FLOAT32, 0, 60, 8, 1e6, fill_outliers},
	{EXACT_OUTLIERS, VKC_FLOAT32, 0, 100, 12, 1e12, fill_outliers},
	{EXACT_OUTLIERS, VKC_FLOAT32, 0, 27, 4, 1e12, fill_outliers},
	{EXACT_OUTLIERS, VKC_FLOAT32, 0, 75, 16, 1e30, fill_outliers},
	{EXACT_OUTLIERS, VKC_FLOAT64, 0, 50, 6, 1e30, fill_outliers},
	{EXACT_EXPONENTS, VKC_FLOAT64, 0, 60, 8, 20, fill_exponents},
	{EXACT_EXPONENTS, VKC_FLOAT64, 0, 100, 24, 200, fill_exponents},
	{EXACT_EXPONENTS, VKC_FLOAT64, 0, 40, 4, 1000, fill_exponents},
	{EXACT_SUBNORMAL, VKC_FLOAT32, 0, 80, 6, 0x1p-149, fill_subnormal},
	{EXACT_SUBNORMAL, VKC_FLOAT64, 0, 65, 10, 0x1p-1074, fill_subnormal},
	{EXACT_SUBNORMAL, VKC_FLOAT32, 0, 70, 5, 0x1p-149, fill_part_subnormal},
	{EXACT_SUBNORMAL, VKC_FLOAT64, 0, 30, 5, 0x1p-1074, fill_part_subnormal},
	{EXACT_FLOAT16, VKC_FLOAT16, 0, 120, 32, 0, fill_normal},
	{EXACT_FLOAT16, VKC_FLOAT16, 0, 70, 10, 1, fill_integers},
	{EXACT_FLOAT16, VKC_FLOAT16, 0, 90, 6, 0x1p-24, fill_subnormal},
	{EXACT_FLOAT16, VKC_FLOAT16, 0, 75, 24, 0.2, fill_unit},
	{EXACT_CENTRED, VKC_FLOAT32, VKC_CENTER, 80, 16, 0.2, fill_binary},
	{EXACT_CENTRED, VKC_FLOAT32, VKC_CENTER, 128, 8, 0, fill_ratings},
	{EXACT_CENTRED, VKC_FLOAT64, VKC_CENTER, 90, 4, 3, fill_integers},
	{EXACT_CENTRED, VKC_FLOAT32, VKC_CENTER, 64, 12, 127, fill_integers},
	{EXACT_CENTRED, VKC_FLOAT16, VKC_CENTER, 100, 3, 1, fill_integers},
	{EXACT_CENTRED, VKC_FLOAT32, VKC_CENTER, 120, 32, 0, fill_clustered},
	{EXACT_ORDINARY, VKC_FLOAT32, 0, 150, 128, 0, fill_normal},
	{EXACT_ORDINARY, VKC_FLOAT32, 0, 100, 48, 0, fill_clustered},
	{EXACT_ORDINARY, VKC_FLOAT32, 0, 600, 32, 0, fill_clustered},
	{EXACT_BINARY_20, VKC_FLOAT32, 0, 260, 24, 0.2, fill_binary},
	{EXACT_INT8, VKC_FLOAT64, 0, 70, 3, 127, fill_extremes},
	{EXACT_INT8, VKC_FLOAT16, 0, 66, 3, 128, fill_extremes},
	{EXACT_QUANTISED, VKC_FLOAT32, 0, 75, 12, 0.1, fill_odd_end},
	{EXACT_SUBNORMAL, VKC_FLOAT64, 0, 90, 5, 0x1.8p-1073, fill_subnormal},
};

const char *exact_kind_name(ExactKind kind)
{
	static const char *const names[EXACT_KINDS] = {
		[EXACT_BINARY_5] = "0 and 1, 5 % ones",
		[EXACT_BINARY_20] = "0 and 1, 20 % ones",
		[EXACT_BINARY_50] = "0 and 1, 50 % ones",
		[EXACT_TERNARY] = "-1, 0 and 1",
		[EXACT_RATINGS] = "ratings from 1 to 5",
		[EXACT_INT8] = "8-bit integers",
		[EXACT_QUANTISED] = "0 and 0.1",
		[EXACT_UNIT] = "0 and 1, normalised in float32",
		[EXACT_TFIDF] = "TF-IDF, normalised in float32",
		[EXACT_DUPLICATES] = "multiples of other rows",
		[EXACT_NEAR_TIES] = "rows that differ in one last bit",
		[EXACT_CANCELLING] = "sums that cancel",
		[EXACT_ZEROS] = "zero rows",
		[EXACT_OUTLIERS] = "norms of 1e6 to 1e30 among small ones",
		[EXACT_EXPONENTS] = "float64, norms up to 2^±1000",
		[EXACT_SUBNORMAL] = "subnormal numbers",
		[EXACT_FLOAT16] = "float16",
		[EXACT_CENTRED] = "centred",
		[EXACT_ORDINARY] = "normally distributed, clustered",
	};

	return names[kind];
}

uint32_t exact_num_sets(void)
{
	return COUNT(recipes);
}

ExactSet exact_set_new(uint32_t index)
{
	const struct recipe *recipe = &recipes[index];
	size_t count = (size_t)recipe->n * recipe->d;
	uint64_t seed = index;
	ExactSet set = {
		.kind = recipe->kind,
		.upload = {
			.struct_size = sizeof(set.upload),
			.type = recipe->type,
			.num_embeddings = recipe->n,
			.embedding_dim = recipe->d,
			.flags = recipe->flags,
		},
		.values = allocate(count, sizeof(double)),
	};

	recipe->fill(recipe, set.values, &seed);
	for (size_t at = 0; at < count; at++)
		set.values[at] = rounded(recipe->type, set.values[at]);
	set.upload.data = encode(recipe->type, set.values, count);
	if (recipe->flags & VKC_CENTER)
		exact_center(set.values, recipe->n, recipe->d);
	return set;
}

void exact_set_free(ExactSet *set)
{
	free((void *)set->upload.data);
	free(set->values);
	*set = (ExactSet){0};
}
