/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include <stdarg.h>
#include <stdio.h>

/* Whether the terminal's current line shows a progress bar. */
static bool bar_shown;

void message_bar_shown(void)
{
	bar_shown = true;
}

void message_clear_bar(void)
{
	if (bar_shown)
		fputs("\r\033[K", stderr);
	bar_shown = false;
}

static void print(const struct command_line *options, const char *format, va_list arguments)
{
	const char *name = options->command ? options->command->name : "";

	message_clear_bar();
	fprintf(stderr, "vulkan-compute%s%s: ", *name ? " " : "", name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void message_error(const struct command_line *options, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(options, format, arguments);
	va_end(arguments);
}

void message_note(const struct command_line *options, const char *format, ...)
{
	va_list arguments;

	if (options->quiet)
		return;
	va_start(arguments, format);
	print(options, format, arguments);
	va_end(arguments);
}

int message_usage(const struct command_line *options, const char *format, ...)
{
	const char *name = options->command ? options->command->name : "";
	va_list arguments;

	va_start(arguments, format);
	print(options, format, arguments);
	va_end(arguments);
	fprintf(stderr, "Try: vulkan-compute %s%s--help\n", name, *name ? " " : "");
	return EXIT_USAGE;
}

int message_failed(const struct command_line *options, const struct problem *problem)
{
	message_error(options, "%s", problem->text);
	return EXIT_FAILED;
}
