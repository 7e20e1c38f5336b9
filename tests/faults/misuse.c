/* SPDX-License-Identifier: MIT */
#include "misuse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const float misuse_good[N * D] = {1, 2, 3, 4, 5, 6, 7, 8, 10, -1, 0, 2, 3, 3, -3};

static unsigned num_cases;
static Answers right;

/* Whether the text matches the pattern, in which * stands for any characters. */
static int matches(const char *text, const char *pattern)
{
	for (; *pattern && *pattern != '*'; pattern++, text++)
		if (*text != *pattern)
			return 0;
	if (!*pattern)
		return !*text;
	for (;; text++) {
		if (matches(text, pattern + 1))
			return 1;
		if (!*text)
			return 0;
	}
}

void misuse_check(const VkComputeContext *ctx, VkcResult actual, VkcResult expected,
                  const char *call, const char *message)
{
	num_cases++;
	if (getenv("VKC_TEST_PRINT_MESSAGES"))
		printf("%s\t%s\t%s\n", call, vkc_result_string(actual), vkc_last_error(ctx));
	else if (actual != expected)
		fail_msg("%s: %s, expected %s (%s)", call, vkc_result_string(actual),
		         vkc_result_string(expected), vkc_last_error(ctx));
	else if (!matches(vkc_last_error(ctx), message))
		fail_msg("%s: \"%s\", expected \"%s\"", call, vkc_last_error(ctx), message);
}

int misuse_still_right(void **state)
{
	VkComputeContext *ctx = *state;
	Answers answers = answers_compute(ctx, N);

	if (right.matrix) {
		answers_check(&answers, &right, "after wrong calls");
		answers_free(&answers);
	} else {
		right = answers;
	}
	return 0;
}

int misuse_setup(void **state)
{
	VkComputeContext *ctx = context_new(NULL, 0);

	*state = ctx;
	succeed(ctx, vkc_upload_embeddings(ctx, misuse_good, N, D));
	return misuse_still_right(state);
}

int misuse_teardown(void **state)
{
	answers_free(&right);
	right.matrix = NULL;
	vkc_destroy(*state);
	return 0;
}

void misuse_report(void)
{
	printf("wrong uses from C: %u, each with its own sentence\n", num_cases);
}
