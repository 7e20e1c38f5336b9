/* SPDX-License-Identifier: MIT
 *
 * Misuse of the library, as a new user may commit it: each case with the expected message. Messages
 * are compared as a whole, so that no message changes unnoticed; * stands for what depends on the
 * machine (names, byte counts). If VKC_TEST_PRINT_MESSAGES is set, the messages are printed
 * instead.
 */
#ifndef MISUSE_H
#define MISUSE_H

#include "support.h"

enum {
	N = 5,
	D = 3
};

/* The data that every context of these tests has uploaded. */
extern const float misuse_good[N * D];

void misuse_check(const VkComputeContext *ctx, VkcResult actual, VkcResult expected,
                  const char *call, const char *message);

#define WRONG(ctx, call, message) \
	misuse_check((ctx), (call), VKC_ERROR_INVALID_ARGUMENT, #call, (message))
#define NOT_FINITE(ctx, call, message) \
	misuse_check((ctx), (call), VKC_ERROR_NOT_FINITE, #call, (message))

/* Setup stores a context with the upload in *state. Teardown checks that its answers are still
 * right. */
int misuse_setup(void **state);
int misuse_teardown(void **state);
int misuse_still_right(void **state);

#define WRONG_USES(test) cmocka_unit_test_teardown(test, misuse_still_right)

/* Prints the number of cases. */
void misuse_report(void);

#endif
