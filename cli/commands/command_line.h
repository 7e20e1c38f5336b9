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
