/* SPDX-License-Identifier: MIT
 *
 * Files that are to be written must not be those that are read.
 */
#ifndef CLI_DISTINCT_H
#define CLI_DISTINCT_H

#include "base/options.h"

/* Whether a file of this name (and suffix) may be written: it is none of the files that the options
 * give to be read, by whatever name. Returns an exit status, after printing the error. */
int distinct_output(const struct command_line *options, const char *name, const char *suffix);

#endif
