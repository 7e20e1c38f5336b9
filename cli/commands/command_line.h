/* SPDX-License-Identifier: MIT
 *
 * The options of all subcommands: one table says which there are, what they mean
 * and where they apply; parsing and --help both follow it.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses. */
enum {
	EXIT_GOOD = 0,
	EXIT_USAGE = 1, /* the command line is wrong */
	EXIT_FAILED = 2 /* it is right, but the work could not be done */
};

enum {
	COMMAND_NONE = 1, /* before the name of a subcommand */
	COMMAND_DEVICES = 2,
	COMMAND_SEQUENCE = 4,
	COMMAND_ALL = 8,
	COMMAND_MATRIX = 16,
	COMMAND_NEIGHBORS = 32,
	COMMAND_HEATMAP = 64
};

struct command_line;

struct command {
	const char *name;
	unsigned flag;       /* COMMAND_… */
	const char *summary; /* one line */
	const char *needs;   /* the arguments that cannot be left out, for the line of usage */
	const char *text;    /* a paragraph */
	int (*run)(const struct command_line *options);
};

struct command_line {
	const struct command *command;
	const char *device;
	uint64_t memory_limit;
	bool quiet;

	const char *embeddings; /* also from VKC_EMBEDDINGS */
	const char *input_format;
	bool center;
	const char *ids;
	bool use_ids;

	const char *output;
	const char *format; /* NULL: the first that the subcommand names */
	const char *start;
	const char *row;
	uint32_t length; /* 0: all */
	uint32_t k;

	bool restart;
	const char *extend;
	const char *old_embeddings;
	uint32_t batch; /* 0: as many as take about a second */
	double checkpoint_seconds;
	double log_seconds; /* 0: no lines */

	const char *order;
	uint32_t size;
	const char *range;
};

/* What parsing decided. */
enum parsed {
	PARSED_RUN,  /* go on with the options */
	PARSED_DONE, /* --help or --version were answered */
	PARSED_WRONG /* said what is wrong */
};

/* Parses argv[1] … argv[argc - 1] for options->command. With a COMMAND_NONE command it stops at
 * the first word that is no option; *next is its place. */
enum parsed command_line_parse(struct command_line *options, int argc, char **argv, int *next);

/* Every option that applies to a command, as --help shows it. */
void command_line_print_help(const struct command *command);

#endif
