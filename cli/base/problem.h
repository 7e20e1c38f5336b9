/* SPDX-License-Identifier: MIT
 *
 * One sentence about what went wrong, for a caller to print.
 */
#ifndef CLI_PROBLEM_H
#define CLI_PROBLEM_H

#include <stdbool.h>

struct problem {
	char text[1024];
};

/* Writes the sentence and returns false, so that a caller can `return problem_set(…)`.
 * Control characters, which may come from a damaged file, become '?'. */
bool problem_set(struct problem *problem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Inserts text such as "cannot read x.npy: " before the sentence. Returns false. */
bool problem_prefix(struct problem *problem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
