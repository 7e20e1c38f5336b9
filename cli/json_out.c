/* SPDX-License-Identifier: MIT */
#include "json_out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

/* Nine digits bring a float back exactly. */
#define STYLE (JSON_COMPACT | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY)

int json_print(const struct options *options, json_t *value, const char *after)
{
	int status = EXIT_GOOD;

	if (!value) {
		message_error(options, "there is not enough memory for the JSON of the result");
		return EXIT_FAILED;
	}
	if (json_dumpf(value, stdout, STYLE) != 0 || fputs(after, stdout) == EOF) {
		message_error(options, "cannot write to standard output: %s", strerror(errno));
		status = EXIT_FAILED;
	}
	json_decref(value);
	return status;
}

int json_flush(const struct options *options)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_GOOD;
	message_error(options, "cannot write to standard output: %s", strerror(errno));
	return EXIT_FAILED;
}
