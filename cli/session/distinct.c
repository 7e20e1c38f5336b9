/* SPDX-License-Identifier: MIT */
#include "session/distinct.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files.h"
#include "io/input.h"
#include "base/message.h"
#include "files/output.h"

/* Finds the file that the name of an input leads to. Returns false if there is none. */
static bool find_input(const char *name, struct stat *status)
{
	if (!name)
		return false;
	return strcmp(name, "-") == 0 ? fstat(STDIN_FILENO, status) == 0 : stat(name, status) == 0;
}

int distinct_output(const struct command_line *options, const char *name, const char *suffix)
{
	const struct {
		const char *what, *name;
	} inputs[] = {
		{"the embeddings", options->embeddings},
		{"the ids", options->ids},
		{"the old embeddings", options->old_embeddings},
		/* The target itself may be an input here: it is replaced only after all of it is used. */
		{"the old sequences", *suffix ? options->extend : NULL},
	};
	bool standard = output_is_standard(name) && !*suffix;
	/* Files with a suffix lie next to the file that a link leads to. */
	char *target = realpath(name, NULL);
	char *whole = path_with(target ? target : name, suffix);
	struct stat output, input;
	int status = EXIT_GOOD;
	size_t i;

	free(target);
	if (!whole) {
		message_error(options, "there is not enough memory for the names of files");
		return EXIT_FAILED;
	}
	/* If the file is missing or inaccessible, creating it reports the error. */
	if ((standard ? fstat(STDOUT_FILENO, &output) : stat(whole, &output)) == 0 &&
	    S_ISREG(output.st_mode))
		for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]) && status == EXIT_GOOD; i++)
			if (find_input(inputs[i].name, &input) && input.st_dev == output.st_dev &&
			    input.st_ino == output.st_ino)
				status = message_usage(options,
				                       "--output would write %s, which is the file of %s (%s)",
				                       standard ? "standard output" : whole, inputs[i].what,
				                       input_name(inputs[i].name));
	free(whole);
	return status;
}
