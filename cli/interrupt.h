/* SPDX-License-Identifier: MIT
 *
 * Ctrl-C, and the signals that mean the same (SIGTERM, SIGHUP).
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* Files that are removed when a signal ends the program. The string must stay until it is kept
 * again. */
void interrupt_removes(const char *path);
void interrupt_keeps(const char *path);

/* From now on the first signal only says `sentence` and is noted; the second ends the program. */
void interrupt_defer(const char *sentence);

/* Whether one was noted. */
bool interrupt_noted(void);

/* Ends the program by the signal that was noted, as its parent expects. */
void interrupt_obey(void);

#endif
