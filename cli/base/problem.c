/* SPDX-License-Identifier: MIT */
#include "base/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void replace_control_characters(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

bool problem_set(struct problem *problem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	va_end(arguments);
	replace_control_characters(problem->text);
	return false;
}

bool problem_prefix(struct problem *problem, const char *format, ...)
{
	struct problem whole;
	va_list arguments;
	size_t used;

	va_start(arguments, format);
	vsnprintf(whole.text, sizeof(whole.text), format, arguments);
	va_end(arguments);
	used = strlen(whole.text);
	snprintf(whole.text + used, sizeof(whole.text) - used, "%s", problem->text);
	replace_control_characters(whole.text);
	*problem = whole;
	return false;
}
