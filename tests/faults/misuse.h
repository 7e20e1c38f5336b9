/* SPDX-License-Identifier: MIT
 *
 * The library used wrongly, as somebody new to it would: each case with the words it must be
 * answered with. They are compared whole, so that no message is changed unread; what the machine
 * chooses (names, counts of bytes) is written as * here. With VKC_TEST_PRINT_MESSAGES set, the
 * messages are printed instead.
 */
#ifndef MISUSE_H
#define MISUSE_H

#include "support.h"

enum {
	N = 5,
	D = 3
};

/* What every context of these tests has uploaded. */
extern const float misuse_good[N * D];

void misuse_check(const VkComputeContext *ctx, VkcResult actual, VkcResult expected,
                  const char *call, const char *message);

#define WRONG(ctx, call, message) \
	misuse_check((ctx), (call), VKC_ERROR_INVALID_ARGUMENT, #call, (message))
#define NOT_FINITE(ctx, call, message) \
	misuse_check((ctx), (call), VKC_ERROR_NOT_FINITE, #call, (message))

/* A context with the upload, in *state; and, after each test, that its answers are still right. */
int misuse_setup(void **state);
int misuse_teardown(void **state);
int misuse_still_right(void **state);

#define WRONG_USES(test) cmocka_unit_test_teardown(test, misuse_still_right)

/* Prints how many cases there were. */
void misuse_report(void);

#endif
