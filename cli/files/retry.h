/* SPDX-License-Identifier: MIT
 *
 * Reading and writing that goes on after a signal, and on descriptors that do not wait by
 * themselves.
 */
#ifndef CLI_RETRY_H
#define CLI_RETRY_H

#include <stdbool.h>

/* After a read() or write() that failed: whether to call it again. A pipe or a terminal that
 * another program has made non-blocking is waited for. events: POLLIN or POLLOUT. */
bool retry(int descriptor, short events);

#endif
