/* SPDX-License-Identifier: MIT
 *
 * Standard input, output and error, whatever the parent has made of them.
 */
#ifndef CLI_STREAMS_H
#define CLI_STREAMS_H

#include <stdbool.h>

/* The first thing to do. Descriptors 0 to 2 that are closed are opened, so that no other file
 * gets their numbers; using them still fails. From then on stdout and stderr write everything,
 * also where the descriptor is non-blocking. False with errno where that cannot be done. */
bool streams_open(void);

/* Why standard output could not be written: an errno, of the first failure. 0: it could. */
int streams_error(void);

#endif
