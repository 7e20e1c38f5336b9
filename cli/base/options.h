/* SPDX-License-Identifier: MIT
 *
 * A subcommand, its options as the user gave them, and the exit statuses.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses. */
enum {
	EXIT_GOOD = 0,
	EXIT_USAGE = 1, /* the command line is wrong */
	EXIT_FAILED = 2 /* the command line is valid, but the work failed */
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
	const char *needs;   /* the required arguments, for the usage line */
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
	const char *format; /* NULL: the default of the subcommand */
	const char *start;
	const char *row;
	uint32_t length; /* 0: all */
	uint32_t k;

	bool restart;
	const char *extend;
	const char *old_embeddings;
	uint32_t batch; /* 0: what is complete after about a second */
	double checkpoint_seconds;
	double log_seconds; /* 0: no lines */

	const char *order;
	uint32_t size;
	const char *range;
};

#endif
