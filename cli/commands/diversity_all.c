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
#include "jobs/batch_size.h"
#include "base/progress.h"
#include "session/session.h"
#include "base/size.h"

#define MAX_BATCH_BYTES (64u << 20)

struct run {
	struct session session;
	struct job job;
	struct extend extend;
	uint32_t rows, length;
	uint32_t max;        /* sequences per call */
	uint32_t *starts;    /* of a call */
	uint32_t *sequences; /* of a call */
};

static int compute_batch(struct run *run, uint32_t first, uint32_t count)
{
	uint32_t i;

	if (run->session.options->extend)
		return extend_compute(&run->extend, first, count, run->length, run->sequences);
	for (i = 0; i < count; i++)
		run->starts[i] = first + i;
	if (vkc_compute_diversity_sequences(run->session.context, run->starts, count, 1, run->length,
	                                    run->sequences) != VKC_SUCCESS)
		return session_failed(&run->session);
	return EXIT_GOOD;
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
static bool save_is_due(const struct run *run, const struct batch_size *size, double saved_at)
{
	double at_stake = seconds_now() - saved_at + batch_size_expected(size);

	return at_stake >= run->session.options->checkpoint_seconds;
}

static int compute_rows(struct run *run)
{
	const struct command_line *options = run->session.options;
	uint32_t done = run->job.record.rows_done, count;
	double saved_at = seconds_now();
	struct progress progress;
	struct problem problem;
	struct batch_size size;
	int status = EXIT_GOOD;

	batch_size_begin(&size, run->max, options->batch, options->checkpoint_seconds);
	progress_begin(&progress, options, "sequences", run->rows, done);
	while (done < run->rows && status == EXIT_GOOD && !interrupt_pending()) {
		double began = seconds_now();

		progress_update(&progress, done);
		count = min_u32(size.batch, run->rows - done);
		status = compute_batch(run, done, count);
		if (status != EXIT_GOOD)
			break;
		batch_size_update(&size, count, seconds_now() - began);
		if (!job_write(&run->job, count, run->sequences, &problem)) {
			status = message_failed(options, &problem);
			break;
		}
		done += count;
		if (!save_is_due(run, &size, saved_at))
			continue;
		if (!job_save(&run->job, &problem))
			return message_failed(options, &problem);
		saved_at = seconds_now();
	}
	progress_end(&progress);
	return save_rows(run, status);
}

static int allocate(struct run *run)
{
	uint64_t row_bytes = (uint64_t)run->length * sizeof(uint32_t);

	run->max = (uint32_t)min_u64(run->rows, MAX_BATCH_BYTES / row_bytes + 1);
	run->starts = calloc(run->max, sizeof(uint32_t));
	run->sequences = malloc(run->max * row_bytes);
	if (run->starts && run->sequences)
		return EXIT_GOOD;
	message_error(run->session.options, "there is not enough memory for %" PRIu32 " sequences",
	              run->max);
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
	int status = options->extend
	                 ? extend_open(&run->extend, &run->session, run->max, run->length)
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
	free(run.starts);
	free(run.sequences);
	session_close(&run.session);
	if (interrupt_pending() && status == EXIT_GOOD && run.job.record.rows_done < rows)
		interrupt_raise();
	return status;
}
