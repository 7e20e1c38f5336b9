/* SPDX-License-Identifier: MIT
 *
 * Retries reads and writes after signals and on non-blocking descriptors.
 */
#ifndef CLI_RETRY_H
#define CLI_RETRY_H

#include <stdbool.h>

/* Whether to repeat a read() or write() that failed. Waits until the descriptor is ready if another
 * program has made it non-blocking. events: POLLIN or POLLOUT. */
bool retry(int descriptor, short events);

#endif
