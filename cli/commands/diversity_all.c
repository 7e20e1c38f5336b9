/* SPDX-License-Identifier: MIT
 *
 * diversity-all: computes the sequences from every row, as a job that can be interrupted.
 */
#include "commands/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "session/distinct.h"
#include "jobs/extend.h"
#include "base/interrupt.h"
#include "jobs/job.h"
#include "base/message.h"
#include "files/output.h"
#include "base/progress.h"
#include "session/session.h"
#include "base/size.h"

#define MAX_WINDOW_BYTES (64u << 20)
/* The time between two updates of the progress, and after which Ctrl-C takes effect. */
#define CALL_SECONDS 1.0
/* How many times as long the library may take where that is more efficient. */
#define CALL_STRETCH 4

struct run {
	struct session session;
	struct job job;
	struct extend extend;
	uint32_t rows, length;
	uint32_t batch; /* sequences that are written together; 0: those that are complete */
	double call_seconds;

	/* The sequences in memory, from a range of rows. */
	uint32_t max;   /* that fit */
	uint32_t count; /* in memory */
	uint32_t written;
	uint32_t *sequences; /* max x length */
	uint32_t *lengths;   /* elements of each so far */
};

/* Begins the sequences from the next rows. */
static void begin_window(struct run *run)
{
	const struct command_line *options = run->session.options;
	uint32_t first = run->job.rows_written, i;
	double began = seconds_now();

	run->written = 0;
	run->count = min_u32(run->max, run->rows - first);
	for (i = 0; i < run->count; i++) {
		uint32_t *sequence = run->sequences + (uint64_t)i * run->length;

		sequence[0] = first + i;
		run->lengths[i] = 1;
		if (!options->extend)
			continue;
		run->lengths[i] = extend_keep(&run->extend, first + i, run->length, sequence);
		/* Finding what to keep may take long, too. */
		if (run->batch == 0 && seconds_now() - began > run->call_seconds)
			run->count = i + 1;
	}
}

/* Writes the sequences that are complete, up to the first that is not. A batch is written as
 * a whole. */
static bool write_complete(struct run *run, struct problem *problem)
{
	uint32_t end = run->written, written = run->written;

	while (end < run->count && run->lengths[end] == run->length)
		end++;
	if (end == written || (run->batch > 0 && end < run->count))
		return true;
	run->written = end;
	return job_write(&run->job, end - written, run->sequences + (uint64_t)written * run->length,
	                 problem);
}

/* After a signal: leaves out the sequences that have not been begun. */
static void leave_out_the_rest(struct run *run)
{
	uint32_t end = run->count;

	while (end > run->written && run->lengths[end - 1] == 1 && run->length > 1)
		end--;
	run->count = end;
}

/* Saves the computed rows, even after an error. Returns the status, or that of saving. */
static int save_rows(struct run *run, int status)
{
	uint32_t done = run->job.rows_written;
	const struct command_line *options = run->session.options;
	struct problem problem;

	if (done > run->job.record.rows_done && !job_save(&run->job, &problem))
		return message_failed(options, &problem);
	if (done < run->rows && done > 0)
		message_note(options, "%" PRIu32 " of %" PRIu32 " sequences are kept in %s; the same "
		                      "command%s continues there",
		             done, run->rows, run->job.partial,
		             options->restart ? " without --restart" : "");
	return status;
}

/* Whether to save now, because a crash in the next call would lose too much unsaved work. */
static bool save_is_due(const struct run *run, double saved_at)
{
	double at_stake = seconds_now() - saved_at + run->call_seconds;

	return run->job.rows_written > run->job.record.rows_done &&
	       at_stake >= run->session.options->checkpoint_seconds;
}

static int compute_rows(struct run *run)
{
	const struct command_line *options = run->session.options;
	double saved_at = seconds_now();
	struct progress progress;
	struct problem problem;
	int status = EXIT_GOOD;

	progress_begin(&progress, options, "sequences", run->rows, run->job.record.rows_done);
	while (run->job.rows_written < run->rows && status == EXIT_GOOD) {
		progress_update(&progress, run->job.rows_written);
		if (interrupt_pending() && run->batch == 0)
			leave_out_the_rest(run);
		if (run->written == run->count) {
			if (interrupt_pending())
				break;
			begin_window(run);
		}
		if (vkc_continue_diversity_sequences(run->session.context, run->sequences, run->lengths,
		                                     run->count, run->length,
		                                     run->call_seconds) != VKC_SUCCESS)
			status = session_failed(&run->session);
		else if (!write_complete(run, &problem))
			status = message_failed(options, &problem);
		else if (save_is_due(run, saved_at)) {
			if (!job_save(&run->job, &problem))
				return message_failed(options, &problem);
			saved_at = seconds_now();
		}
	}
	progress_end(&progress);
	return save_rows(run, status);
}

static int allocate(struct run *run)
{
	const struct command_line *options = run->session.options;
	uint64_t row_bytes = (uint64_t)run->length * sizeof(uint32_t);
	double checkpoint = options->checkpoint_seconds;

	run->max = (uint32_t)min_u64(run->rows, MAX_WINDOW_BYTES / row_bytes + 1);
	run->batch = options->batch;
	/* If no work may be lost, every sequence is saved separately. */
	if (run->batch == 0 && checkpoint <= 0)
		run->batch = 1;
	if (run->batch > 0)
		run->max = min_u32(run->max, run->batch);
	run->call_seconds = CALL_SECONDS;
	if (checkpoint > 0 && checkpoint / CALL_STRETCH < CALL_SECONDS)
		run->call_seconds = checkpoint / CALL_STRETCH;
	run->lengths = calloc(run->max, sizeof(uint32_t));
	run->sequences = malloc(run->max * row_bytes);
	if (run->lengths && run->sequences)
		return EXIT_GOOD;
	message_error(options, "there is not enough memory for %" PRIu32 " sequences", run->max);
	return EXIT_FAILED;
}

static int open_job(struct run *run)
{
	const struct command_line *options = run->session.options;
	const struct table *table = &run->session.input.table;
	struct identity identity = {
		.rows = table->rows,
		.columns = table->columns,
		.length = run->length,
		.centered = options->center,
		.result_version = vkc_result_version(),
	};
	struct problem problem;

	if (!fingerprint_rows(table, table->rows, &identity.embeddings))
		problem_set(&problem, "there is not enough memory for a row");
	else if (job_open(&run->job, options->output, &identity, options->restart, &problem))
		return EXIT_GOOD;
	return message_failed(options, &problem);
}

/* Prepares for the first sequence. Nothing here is worth saving, so a signal may end it. */
static int prepare(struct run *run)
{
	const struct command_line *options = run->session.options;
	int status = options->extend ? extend_open(&run->extend, &run->session)
	                             : session_upload(&run->session);

	return status == EXIT_GOOD ? session_prepare_matrix(&run->session) : status;
}

/* Completes an open job. */
static int work(struct run *run)
{
	const struct command_line *options = run->session.options;
	uint32_t before = run->job.record.rows_done, left = run->rows - before;
	struct problem problem;
	int status = allocate(run);

	if (before > 0)
		message_note(options, "going on after %" PRIu32 " of %" PRIu32 " sequences", before,
		             run->rows);
	if (status == EXIT_GOOD && left > 0)
		status = prepare(run);
	interrupt_defer("\nvulkan-compute: finishing the current sequences; Ctrl-C again ends at once, "
	                "keeping only what is saved\n");
	if (status == EXIT_GOOD)
		status = compute_rows(run);
	if (status != EXIT_GOOD || run->job.record.rows_done < run->rows)
		return status;
	if (!job_finish(&run->job, &problem))
		return message_failed(options, &problem);
	if (options->extend && run->extend.elements_kept > 0)
		message_note(options, "%.1f %% of the elements were kept from %s",
		             100.0 * (double)run->extend.elements_kept / left / run->length,
		             options->extend);
	return EXIT_GOOD;
}

/* Refuses a target if it, or a file written next to it, is an input. */
static int check_outputs(const struct command_line *options)
{
	static const char *const suffixes[] = {".partial", ".progress", ".json"};
	int status = session_needs_output(options);
	size_t i;

	if (status == EXIT_GOOD && output_is_standard(options->output))
		return message_usage(options, "--output takes the name of a file: a run cannot continue "
		                              "on standard output after an interruption");
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && status == EXIT_GOOD; i++)
		status = distinct_output(options, options->output, suffixes[i]);
	return status;
}

int command_all(const struct command_line *options)
{
	struct run run = {.job = {.data = -1, .lock = -1}};
	uint32_t rows;
	int status = check_outputs(options);

	if (status == EXIT_GOOD && options->old_embeddings && !options->extend)
		status = message_usage(options, "--old-embeddings needs --extend");
	if (status == EXIT_GOOD)
		status = session_read(&run.session, options);
	rows = run.session.input.table.rows;
	if (status == EXIT_GOOD && options->length > rows)
		status = message_usage(options, "--length takes 1 … %" PRIu32 ", not %" PRIu32, rows,
		                       options->length);
	run.rows = rows;
	run.length = options->length ? options->length : rows;
	if (status == EXIT_GOOD)
		status = open_job(&run);
	if (status == EXIT_GOOD && run.job.complete)
		message_note(options,
		             "%s is already complete; --restart computes it again",
		             options->output);
	else if (status == EXIT_GOOD)
		status = work(&run);
	extend_close(&run.extend);
	job_close(&run.job);
	free(run.lengths);
	free(run.sequences);
	session_close(&run.session);
	if (interrupt_pending() && status == EXIT_GOOD && run.job.record.rows_done < rows)
		interrupt_raise();
	return status;
}
