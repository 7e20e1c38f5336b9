/* SPDX-License-Identifier: MIT */
#include "io/json_out.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "files/streams.h"

/* Nine digits reproduce a float exactly. */
#define STYLE (JSON_COMPACT | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY)

static int failed(const struct command_line *options)
{
	/* Without an error of the stream, Jansson ran out of memory. */
	int error = streams_error() ? streams_error() : ENOMEM;

	message_error(options, "cannot write to standard output: %s", strerror(error));
	return EXIT_FAILED;
}

int json_print(const struct command_line *options, json_t *value, const char *after)
{
	bool written;

	if (!value) {
		message_error(options, "there is not enough memory for the JSON of the result");
		return EXIT_FAILED;
	}
	written = json_dumpf(value, stdout, STYLE) == 0 && fputs(after, stdout) != EOF;
	json_decref(value);
	return written ? EXIT_GOOD : failed(options);
}

/* Returns the length of the first UTF-8 character, or 0 if it is invalid. */
static size_t character_length(const char *bytes)
{
	size_t max = strnlen(bytes, 4), length;

	for (length = 1; length <= max; length++) {
		json_t *character = json_stringn(bytes, length);

		json_decref(character);
		if (character)
			return length;
	}
	return 0;
}

json_t *json_text(const char *bytes)
{
	static const char replacement[] = "\xef\xbf\xbd";
	json_t *text = json_string(bytes);
	char *valid, *end;

	if (text)
		return text;
	valid = end = malloc(strlen(bytes) * (sizeof(replacement) - 1) + 1);
	if (!valid)
		return NULL;
	while (*bytes) {
		size_t length = character_length(bytes);

		if (length > 0) {
			end = mempcpy(end, bytes, length);
			bytes += length;
		} else {
			end = mempcpy(end, replacement, sizeof(replacement) - 1);
			bytes++;
		}
	}
	*end = '\0';
	text = json_string(valid);
	free(valid);
	return text;
}

int json_flush(const struct command_line *options)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_GOOD : failed(options);
}
