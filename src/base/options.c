/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/threads.h"

/* Parses a positive number of bytes: digits, optionally followed by K, M, G or T in either case
 * (powers of 1024). Returns false otherwise. The program and the Lua module accept the same
 * syntax. */
static bool parse_bytes(const char *text, uint64_t *bytes)
{
	if (*text < '0' || *text > '9')
		return false;
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (errno)
		return false;
	unsigned shift = 0;
	switch (*end) {
	case 'k':
	case 'K':
		shift = 10;
		break;
	case 'm':
	case 'M':
		shift = 20;
		break;
	case 'g':
	case 'G':
		shift = 30;
		break;
	case 't':
	case 'T':
		shift = 40;
		break;
	default:
		break;
	}
	if (shift)
		end++;
	if (*end || number == 0 || number > UINT64_MAX >> shift)
		return false;
	*bytes = (uint64_t)number << shift;
	return true;
}

struct tuning_key {
	const char *name;
	int *flag; /* 0 to `max` */
	int max;
	uint32_t *number; /* 1 to 2^30 */
	uint64_t *bytes;
	char *word; /* any value shorter than TUNING_WORD_SIZE */
};

static bool set_tuning_value(const struct tuning_key *key, const char *value)
{
	if (key->word) {
		size_t size = strlen(value) + 1;
		if (size == 1 || size > TUNING_WORD_SIZE)
			return false;
		memcpy(key->word, value, size);
		return true;
	}
	uint64_t number;
	if (!strcmp(value, "0"))
		number = 0;
	else if (!parse_bytes(value, &number))
		return false;
	if (key->bytes) {
		*key->bytes = number;
		return number > 0;
	}
	if (key->number) {
		*key->number = (uint32_t)number;
		return number > 0 && number <= 1u << 30;
	}
	*key->flag = (int)number;
	return number <= (uint64_t)key->max;
}

static VkcResult parse_tuning(const char *text, struct tuning *tuning, struct error *error)
{
	const struct tuning_key keys[] = {
		{.name = "int64", .flag = &tuning->int64, .max = 1},
		{.name = "texel", .flag = &tuning->texel, .max = 1},
		{.name = "subgroup", .flag = &tuning->subgroup, .max = 1},
		{.name = "direct", .flag = &tuning->direct, .max = 1},
		{.name = "matrix", .flag = &tuning->matrix, .max = 1},
		{.name = "bounded", .flag = &tuning->bounded, .max = 1},
		{.name = "merge", .flag = &tuning->merge, .max = 2},
		{.name = "threads", .flag = &tuning->threads, .max = (int)MAX_THREADS},
		{.name = "bound", .flag = &tuning->bound, .max = 100},
		{.name = "integers", .flag = &tuning->integers, .max = 1},
		{.name = "gram", .word = tuning->gram},
		{.name = "walk_group", .number = &tuning->walk_group},
		{.name = "walk_pieces", .number = &tuning->walk_pieces},
		{.name = "bounded_terms", .number = &tuning->bounded_terms},
		{.name = "cached_rows", .number = &tuning->cached_rows},
		{.name = "submit_rows", .number = &tuning->submit_rows},
		{.name = "submit_us", .number = &tuning->submit_us},
		{.name = "hang_ms", .number = &tuning->hang_ms},
		{.name = "range", .bytes = &tuning->range},
	};
	const size_t num_keys = sizeof(keys) / sizeof(keys[0]);
	while (*text) {
		size_t length = strcspn(text, ",");
		char entry[64];
		if (length >= sizeof(entry))
			return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
			                 "The tuning string (VKC_TUNING) has an entry longer than %zu "
			                 "characters: write key=value,key=value.",
			                 sizeof(entry) - 1);
		memcpy(entry, text, length);
		entry[length] = '\0';
		text += length + (text[length] == ',');
		char *value = strchr(entry, '=');
		bool valid = false;
		if (value) {
			*value++ = '\0';
			for (size_t i = 0; i < num_keys && !valid; i++)
				valid = !strcmp(entry, keys[i].name) && set_tuning_value(&keys[i], value);
		}
		if (!valid)
			return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
			                 "The tuning string (VKC_TUNING) has '%s%s%s', which is not a known "
			                 "key with a valid value: see docs/architecture.md.",
			                 entry, value ? "=" : "", value ? value : "");
	}
	uint32_t group = tuning->walk_group;
	if ((group & (group - 1)) && group % 16)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The tuning string (VKC_TUNING) has walk_group=%u; it takes a power "
		                 "of two or a multiple of 16.",
		                 group);
	return VKC_SUCCESS;
}

const char *options_environment(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

VkcResult options_read(const VkcOptions *given, struct options *options, struct error *error)
{
	static const VkcOptions none = {.struct_size = sizeof(VkcOptions)};
	if (!given)
		given = &none;
	if (given->validation > 1)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "VkcOptions.validation is %u; it takes 0 or 1.", given->validation);

	*options = (struct options){
		.validation = given->validation,
		.device = given->device && *given->device ? given->device
	                                              : options_environment("VKC_DEVICE"),
		.memory_limit = given->memory_limit,
		.tuning = {.int64 = -1,
	               .texel = -1,
	               .subgroup = -1,
	               .direct = -1,
	               .matrix = -1,
	               .bounded = -1,
	               .merge = -1,
	               .integers = -1,
	               .bound = 1},
	};

	const char *validation = options_environment("VKC_VALIDATION");
	if (validation && strcmp(validation, "0") && strcmp(validation, "1"))
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The environment variable VKC_VALIDATION is '%s'; it takes 0 or 1.",
		                 validation);
	if (validation && *validation == '1')
		options->validation = true;

	const char *limit = options_environment("VKC_MEMORY_LIMIT");
	if (!options->memory_limit && limit && !parse_bytes(limit, &options->memory_limit))
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The environment variable VKC_MEMORY_LIMIT is '%s'; it takes a number "
		                 "of bytes above 0, such as 300000000, 512K, 300M, 2G or 1T.",
		                 limit);

	const char *tuning = given->tuning ? given->tuning : options_environment("VKC_TUNING");
	return tuning ? parse_tuning(tuning, &options->tuning, error) : VKC_SUCCESS;
}
