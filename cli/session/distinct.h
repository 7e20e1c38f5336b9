/* SPDX-License-Identifier: MIT
 *
 * Refuses outputs that are also inputs.
 */
#ifndef CLI_DISTINCT_H
#define CLI_DISTINCT_H

#include "base/options.h"

/* Checks that the file name + suffix is none of the inputs in the options, even under another name.
 * Returns an exit status, after printing the error. */
int distinct_output(const struct command_line *options, const char *name, const char *suffix);

#endif
