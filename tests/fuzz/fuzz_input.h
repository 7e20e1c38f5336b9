/* SPDX-License-Identifier: MIT
 *
 * Numbers taken from the fuzzer's bytes, and checks that apply to every call.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vulkan_compute.h"

struct input {
	const uint8_t *data;
	size_t size;
};

static inline uint8_t take(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static inline uint32_t take_u32(struct input *input)
{
	uint32_t value = take(input);

	for (int byte = 1; byte < 4; byte++)
		value = value << 8 | take(input);
	return value;
}

/* Mostly 0 ... small - 1, sometimes an absurd number. */
static inline uint32_t take_number(struct input *input, uint32_t small)
{
	uint8_t choice = take(input);

	if (choice < 240)
		return choice % small;
	return choice < 248 ? take_u32(input) : UINT32_MAX - choice % 4;
}

static inline void must(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* Checks the result of a call, and that an error comes with a message. */
static inline void expect(const VkComputeContext *ctx, VkcResult actual, VkcResult expected,
                          const char *call)
{
	const char *sentence = vkc_last_error(ctx);
	size_t length = strlen(sentence);

	if (actual != expected) {
		fprintf(stderr, "%s: %s, expected %s (%s)\n", call, vkc_result_string(actual),
		        vkc_result_string(expected), sentence);
		abort();
	}
	if (actual != VKC_SUCCESS)
		must(length > 20 && sentence[length - 1] == '.', "an error has a full sentence");
}

/* A block of the exact size, so that a sanitizer sees an overrun. */
static inline void *exact(size_t size)
{
	void *block = malloc(size ? size : 1);

	must(block != NULL, "the fuzzer has memory");
	memset(block, 0xEE, size);
	return block;
}

#endif
