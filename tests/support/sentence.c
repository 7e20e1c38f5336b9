/* SPDX-License-Identifier: MIT */
#include "sentence.h"

#include <ctype.h>
#include <string.h>

#include "support.h"

static int holds_word(const char *text, const char *word, size_t length)
{
	int is_number = isdigit((unsigned char)word[0]) != 0;

	for (const char *at = text; *at; at++) {
		if (strncmp(at, word, length))
			continue;
		if (!isdigit((unsigned char)word[length - 1]) ||
		    !isdigit((unsigned char)at[length]))
			if (!is_number || at == text || !isdigit((unsigned char)at[-1]))
				return 1;
	}
	return 0;
}

static int holds_one_of(const char *text, const char *choice)
{
	while (*choice) {
		size_t length = strcspn(choice, "|");

		if (holds_word(text, choice, length))
			return 1;
		choice += length + (choice[length] == '|');
	}
	return 0;
}

void check_words(const char *text, const char *what, const char *const *words)
{
	size_t length = strlen(text);

	if (length < 20 || text[length - 1] != '.')
		fail_msg("%s: \"%s\" is not a sentence", what, text);
	for (; *words; words++)
		if (!holds_one_of(text, *words))
			fail_msg("%s: \"%s\" does not say %s", what, text, *words);
}

void check_sentence(const VkComputeContext *ctx, VkcResult actual, VkcResult expected,
                    const char *call, const char *const *words)
{
	if (actual != expected)
		fail_msg("%s returned %s, expected %s (last error: %s)", call,
		         vkc_result_string(actual), vkc_result_string(expected),
		         vkc_last_error(ctx));
	check_words(vkc_last_error(ctx), call, words);
}
