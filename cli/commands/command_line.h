/* SPDX-License-Identifier: MIT
 *
 * Parses the command line. One table lists every option, its help text and the subcommands that
 * accept it; parsing and --help both follow it.
 */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

#include "base/options.h"

/* What parsing decided. */
enum parsed {
	PARSED_RUN,  /* run with the options */
	PARSED_DONE, /* --help or --version was printed */
	PARSED_WRONG /* the error was printed */
};

/* Parses argv[1] … argv[argc - 1] for options->command. For COMMAND_NONE it stops at the first word
 * that is not an option and sets *next to its index. */
enum parsed command_line_parse(struct command_line *options, int argc, char **argv, int *next);

/* Prints the options of a command for --help. */
void command_line_print_help(const struct command *command);

#endif
