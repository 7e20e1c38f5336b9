/* SPDX-License-Identifier: MIT
 *
 * Messages for the user: on standard error, one sentence per line.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "base/options.h"
#include "base/problem.h"

/* Prints "vulkan-compute diversity-all: …". */
void message_error(const struct command_line *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints a remark in the same form. --quiet suppresses it. */
void message_note(const struct command_line *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints what is wrong with the command line, then how to get help. Returns EXIT_USAGE. */
int message_usage(const struct command_line *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints a problem. Returns EXIT_FAILED. */
int message_failed(const struct command_line *options, const struct problem *problem);

/* Records that the current line shows a progress bar, which the next message must replace. */
void message_bar_shown(void);
void message_clear_bar(void);

#endif
