/* SPDX-License-Identifier: MIT
 *
 * What is said to people: on standard error, one sentence a line.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "base/options.h"
#include "base/problem.h"

/* "vulkan-compute diversity-all: …" */
void message_error(const struct command_line *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As message_error, for what is good to know; --quiet leaves it out. */
void message_note(const struct command_line *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Wrong use: the sentence, then where to read more. Returns EXIT_USAGE. */
int message_usage(const struct command_line *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The sentence of a problem. Returns EXIT_FAILED. */
int message_failed(const struct command_line *options, const struct problem *problem);

/* A bar was drawn on the line that the cursor is in: the next sentence takes its place. */
void message_bar_shown(void);
void message_clear_bar(void);

#endif
