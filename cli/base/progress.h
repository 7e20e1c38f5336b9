/* SPDX-License-Identifier: MIT
 *
 * Shows progress: a bar on a terminal, or a line at intervals.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"

struct progress {
	const struct command_line *options;
	const char *unit; /* "rows" */
	uint64_t total;
	uint64_t done_before; /* by an earlier run */
	double began, bar_at, line_at;
	bool bar;
};

/* Seconds of a monotonic clock. */
double seconds_now(void);

void progress_begin(struct progress *progress, const struct command_line *options, const char *unit,
                    uint64_t total, uint64_t done_before);
void progress_update(struct progress *progress, uint64_t done);

/* Removes the bar from the terminal. */
void progress_end(struct progress *progress);

#endif
