/* SPDX-License-Identifier: MIT */
#include "base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"

#define BAR_WIDTH 24
#define BAR_SECONDS 0.2

double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void progress_begin(struct progress *progress, const struct command_line *options, const char *unit,
                    uint64_t total, uint64_t done_before)
{
	double now = seconds_now();

	*progress = (struct progress){
		.options = options,
		.unit = unit,
		.total = total,
		.done_before = done_before,
		.began = now,
		.line_at = now,
		.bar = !options->quiet && isatty(STDERR_FILENO),
	};
}

/* "5:37", "2:05:37", "3 days", or "?" if it is not known yet. */
static void time_left(double seconds, char text[32])
{
	unsigned long long whole;

	if (!(seconds >= 0 && seconds < 1e9)) {
		snprintf(text, 32, "?");
		return;
	}
	whole = (unsigned long long)(seconds + 0.5);
	if (whole < 3600)
		snprintf(text, 32, "%llu:%02llu", whole / 60, whole % 60);
	else if (whole < 172800)
		snprintf(text, 32, "%llu:%02llu:%02llu", whole / 3600, whole / 60 % 60, whole % 60);
	else
		snprintf(text, 32, "%llu days", (whole + 43200) / 86400);
}

void progress_update(struct progress *progress, uint64_t done)
{
	const struct command_line *options = progress->options;
	double now = seconds_now();
	double rate = (double)(done - progress->done_before) / (now - progress->began + 1e-9);
	char left[32], bar[BAR_WIDTH + 1];
	unsigned filled, i;

	time_left((double)(progress->total - done) / rate, left);
	if (progress->bar && (now - progress->bar_at >= BAR_SECONDS || done == progress->total)) {
		filled = (unsigned)(done * BAR_WIDTH / progress->total);
		for (i = 0; i < BAR_WIDTH; i++)
			bar[i] = i < filled ? '#' : '.';
		bar[BAR_WIDTH] = '\0';
		fprintf(stderr, "\r[%s] %3llu%%  %llu of %llu %s  %.*f/s  %s left\033[K", bar,
		        (unsigned long long)(100 * done / progress->total), (unsigned long long)done,
		        (unsigned long long)progress->total, progress->unit, rate < 100 ? 1 : 0, rate,
		        left);
		message_bar_shown();
		progress->bar_at = now;
	}
	if (options->log_seconds > 0 && now - progress->line_at >= options->log_seconds) {
		message_error(options, "%llu of %llu %s, %.1f/s, %s left", (unsigned long long)done,
		              (unsigned long long)progress->total, progress->unit, rate, left);
		progress->line_at = now;
	}
}

void progress_end(struct progress *progress)
{
	message_clear_bar();
	progress->bar = false;
}
