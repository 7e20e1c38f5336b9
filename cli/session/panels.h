/* SPDX-License-Identifier: MIT
 *
 * Computes the rows of the similarity matrix in panels, so that only one panel is in memory at a
 * time.
 */
#ifndef CLI_PANELS_H
#define CLI_PANELS_H

#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

/* Processes a panel: `count` packed rows, of which `first` is the first. Returns an exit status;
 * any other than EXIT_GOOD stops the computation. */
typedef int (*panel_use)(void *user, uint32_t first, uint32_t count, const float *panel);

/* Computes rows first … first + count - 1. Returns an exit status, after printing the error. */
int panels_each(struct session *session, uint32_t first, uint32_t count, bool show_progress,
                panel_use use, void *user);

#endif
