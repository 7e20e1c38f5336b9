/* SPDX-License-Identifier: MIT
 *
 * Checks of error messages.
 */
#ifndef SENTENCE_H
#define SENTENCE_H

#include "vulkan_compute.h"

/* Fails the test unless `text` is one full sentence that contains all of `words`, a list that ends
 * with NULL. A word may offer a choice: "36|37". Numbers match whole numbers only: "3" is not in
 * "37". */
void check_words(const char *text, const char *what, const char *const *words);

/* Fails the test unless the call returned this error and left such a sentence on the context (NULL:
 * on the thread). */
void check_sentence(const VkComputeContext *ctx, VkcResult actual, VkcResult expected,
                    const char *call, const char *const *words);

/* Checks that the call is rejected as an invalid argument, with these words. */
#define refused(ctx, call, ...) \
	check_sentence((ctx), (call), VKC_ERROR_INVALID_ARGUMENT, #call, \
	               (const char *[]){__VA_ARGS__, NULL})

#endif
