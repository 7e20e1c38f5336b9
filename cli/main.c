/* SPDX-License-Identifier: MIT
 *
 * The program vulkan-compute: finds the subcommand and runs it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/command_line.h"
#include "commands/commands.h"
#include "base/interrupt.h"
#include "io/json_out.h"
#include "base/message.h"
#include "files/streams.h"

static const struct command commands[] = {
	{"devices", COMMAND_DEVICES, "list the Vulkan devices and mark the default", "",
     "Lists the Vulkan devices and marks the default device.", command_devices},
	{"diversity-sequence", COMMAND_SEQUENCE, "print one sequence, each row as new as possible",
     "--embeddings FILE --start N",
     "Prints a diversity sequence as a JSON array. It begins at row N, and each further row is\n"
     "the one farthest from the centre of those before it. Rows count from 0.",
     command_sequence},
	{"diversity-all", COMMAND_ALL, "write the sequences from every row to a file",
     "--embeddings FILE --output FILE.npy",
     "Writes the diversity sequences from every row to a .npy file of uint32. Row i begins at i,\n"
     "and rows count from 0. You can stop it at any time; the same command continues it.",
     command_all},
	{"similarity-matrix", COMMAND_MATRIX, "write all cosine similarities to a file",
     "--embeddings FILE --output FILE.npy",
     "Writes the matrix of cosine similarities to a .npy file of float32, piece by piece. It may\n"
     "be larger than the memory.",
     command_matrix},
	{"neighbors", COMMAND_NEIGHBORS, "find the most similar rows of each row",
     "--embeddings FILE -k K",
     "Prints the K most similar rows of each row as JSON, nearest first: with --row one object,\n"
     "otherwise a list with one object per line. Rows count from 0.",
     command_neighbors},
	{"heatmap", COMMAND_HEATMAP, "draw the similarity matrix as a picture",
     "--embeddings FILE --output FILE.png",
     "Draws the similarity matrix as a PNG picture with a scale. If there are more rows than\n"
     "pixels, each pixel shows an average.",
     command_heatmap},
};

#define NUM_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int no_run(const struct command_line *options)
{
	(void)options;
	return EXIT_USAGE;
}

static void print_help(const struct command *none)
{
	size_t i;

	printf("usage: vulkan-compute COMMAND [option…]\n\n"
	       "Cosine similarity, nearest neighbours and exact diversity sequences of embeddings, on\n"
	       "any Vulkan driver.\n\n");
	for (i = 0; i < NUM_COMMANDS; i++)
		printf("  %-20s %s\n", commands[i].name, commands[i].summary);
	printf("\nEvery command has its own --help. Options of all commands:\n\n");
	command_line_print_help(none);
}

/* Returns the exit status after --help and --version, and for an invalid command line. */
static int exit_status(const struct command_line *options, enum parsed parsed)
{
	return parsed == PARSED_DONE ? json_flush(options) : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct command none = {"", COMMAND_NONE, "", "", "", no_run};
	struct command_line options = {
		.command = &none,
		.embeddings = getenv("VKC_EMBEDDINGS"),
		.checkpoint_seconds = 5,
		.size = 1000,
	};
	enum parsed parsed;
	int next = 1;
	size_t i;

	if (!streams_open()) {
		message_error(&options, "cannot open the standard streams: %s", strerror(errno));
		return EXIT_FAILED;
	}
	interrupt_install();
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_help(&none);
		return exit_status(&options, PARSED_DONE);
	}
	parsed = command_line_parse(&options, argc, argv, &next);
	if (parsed != PARSED_RUN)
		return exit_status(&options, parsed);
	if (next >= argc)
		return message_usage(&options, "a command is needed, such as diversity-sequence");
	for (i = 0; i < NUM_COMMANDS; i++)
		if (strcmp(commands[i].name, argv[next]) == 0)
			break;
	if (i == NUM_COMMANDS)
		return message_usage(&options, "there is no command '%s'", argv[next]);

	options.command = &commands[i];
	parsed = command_line_parse(&options, argc - next, argv + next, &next);
	if (parsed != PARSED_RUN)
		return exit_status(&options, parsed);
	return commands[i].run(&options);
}
