/* SPDX-License-Identifier: MIT
 *
 * Signals that end the program: Ctrl-C and those that mean the same (SIGTERM, SIGHUP), and all
 * others. Files that are not complete are removed, and the program ends by the signal.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* At the beginning of the program. Signals that are ignored stay so. */
void interrupt_install(void);

/* Files that are removed when a signal ends the program. Said before the file is there, so that
 * there is no moment between. The string must stay until it is kept again. */
void interrupt_add_file(const char *path);
void interrupt_forget_file(const char *path);

/* Removes one now. It is not removed again, should it then be another process's. */
void interrupt_unlink(const char *path);

/* No signal comes to this thread between these two. */
void interrupt_block(sigset_t *before);
void interrupt_unblock(const sigset_t *before);

/* From now on the first Ctrl-C or the like only says `sentence` and is noted; the second ends the
 * program. */
void interrupt_defer(const char *sentence);

/* Whether one was noted. */
bool interrupt_pending(void);

/* Ends the program by the signal that was noted, as its parent expects. */
void interrupt_raise(void);

#endif
