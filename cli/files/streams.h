/* SPDX-License-Identifier: MIT
 *
 * Standard input, output and error, in whatever state the parent left them.
 */
#ifndef CLI_STREAMS_H
#define CLI_STREAMS_H

#include <stdbool.h>

/* Call this first. Opens those of the descriptors 0 to 2 that are closed, so that no other file
 * gets their numbers; using them still fails. Replaces stdout and stderr with streams that write
 * everything even if the descriptor is non-blocking. Returns false with errno on failure. */
bool streams_open(void);

/* The errno of the first failed write to standard output, or 0. */
int streams_error(void);

#endif
