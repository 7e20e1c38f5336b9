/* SPDX-License-Identifier: MIT
 *
 * The subcommands. Each returns an exit status, after printing the error.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "base/options.h"

int command_devices(const struct command_line *options);
int command_sequence(const struct command_line *options);
int command_all(const struct command_line *options);
int command_matrix(const struct command_line *options);
int command_neighbors(const struct command_line *options);
int command_heatmap(const struct command_line *options);

#endif
