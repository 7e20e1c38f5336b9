/* SPDX-License-Identifier: MIT
 *
 * Rows of the similarity matrix one after the other, of which only a panel is in
 * memory at a time.
 */
#ifndef CLI_PANELS_H
#define CLI_PANELS_H

#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

/* What is done with rows `first` … of a panel, packed. Returns an exit status; any but EXIT_GOOD
 * ends it all. */
typedef int (*panel_use)(void *user, uint32_t first, uint32_t count, const float *panel);

/* Rows first … first + count - 1. Returns an exit status, after printing the error. */
int panels_each(struct session *session, uint32_t first, uint32_t count, bool show_progress,
                panel_use use, void *user);

#endif
