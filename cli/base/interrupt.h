/* SPDX-License-Identifier: MIT
 *
 * Handles the signals that end the program: removes incomplete files, then lets the signal end the
 * program. SIGINT (Ctrl-C), SIGTERM and SIGHUP can be deferred.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* Call this when the program starts. Ignored signals stay ignored. */
void interrupt_install(void);

/* Registers a file to remove when a signal ends the program. Call it before creating the file, so
 * that no signal can come in between. The string must stay valid until the file is forgotten. */
void interrupt_add_file(const char *path);
void interrupt_forget_file(const char *path);

/* Removes a file and forgets it: another process may then create a file of that name. */
void interrupt_unlink(const char *path);

/* Between these two calls this thread receives no signals. */
void interrupt_block(sigset_t *before);
void interrupt_unblock(const sigset_t *before);

/* From now on the first Ctrl-C, SIGTERM or SIGHUP prints `sentence` and stays pending. The second
 * ends the program. */
void interrupt_defer(const char *sentence);

/* Whether a deferred signal is pending. */
bool interrupt_pending(void);

/* Ends the program by the pending signal, so that its parent sees that signal. */
void interrupt_raise(void);

#endif
