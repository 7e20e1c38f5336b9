/* SPDX-License-Identifier: MIT */
#include "base/library.h"

#include <string.h>

const char *library_failure(const VkComputeContext *context)
{
	const char *sentence = vkc_last_error(context);
	size_t length = strspn(sentence, "abcdefghijklmnopqrstuvwxyz_");

	if (strncmp(sentence, "vkc_", 4) == 0 && strncmp(sentence + length, ": ", 2) == 0)
		return sentence + length + 2;
	return sentence;
}
