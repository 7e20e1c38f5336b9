/* SPDX-License-Identifier: MIT
 *
 * neighbors: writes the most similar rows as JSON or as two .npy files.
 */
#include "commands/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/distinct.h"
#include "files/files.h"
#include "io/json_out.h"
#include "base/message.h"
#include "io/names.h"
#include "io/npy_header.h"
#include "files/output.h"
#include "base/progress.h"
#include "session/session.h"
#include "base/size.h"

#define PANEL_NUMBERS (4u << 20)

struct job {
	struct session session;
	struct names names;
	struct output indices_file, similarities_file;
	uint32_t first, count, k;
	uint32_t *indices;
	float *similarities;
};

/* Builds the JSON object of one row. */
static json_t *describe(const struct job *job, uint32_t row, const uint32_t *indices,
                        const float *similarities)
{
	json_t *values = json_array();
	uint32_t i;

	for (i = 0; values && i < job->k; i++) {
		if (json_array_append_new(values, json_real((double)similarities[i])) != 0) {
			json_decref(values);
			values = NULL;
		}
	}
	return json_pack("{s:o, s:o, s:o}", "row", names_of(&job->names, row), "neighbors",
	                 names_list(&job->names, indices, job->k), "similarities", values);
}

/* Prints the results of `count` rows from `first`. */
static int print_panel(struct job *job, uint32_t first, uint32_t count)
{
	const struct command_line *options = job->session.options;
	int status = EXIT_GOOD;
	uint32_t i;

	for (i = 0; i < count && status == EXIT_GOOD; i++) {
		size_t place = (size_t)i * job->k;
		json_t *answer;

		/* A list with one object per line. */
		if (!options->row)
			fputs(first + i == 0 ? "[\n" : "", stdout);
		answer = describe(job, first + i, job->indices + place, job->similarities + place);
		status = json_print(options, answer,
		                    !options->row && first + i + 1 < job->count ? ",\n" : "\n");
	}
	if (status == EXIT_GOOD && !options->row && first + count == job->count)
		puts("]");
	return status;
}

static int write_panel(struct job *job, uint32_t count)
{
	struct problem problem;
	size_t numbers = (size_t)count * job->k;

	if (!output_append(&job->indices_file, job->indices, numbers * sizeof(uint32_t), &problem) ||
	    !output_append(&job->similarities_file, job->similarities, numbers * sizeof(float),
	                   &problem))
		return message_failed(job->session.options, &problem);
	return EXIT_GOOD;
}

static int compute(struct job *job)
{
	uint32_t panel_rows = min_u32(job->count, PANEL_NUMBERS / job->k + 1);
	uint64_t numbers = (uint64_t)panel_rows * job->k;
	struct progress progress;
	int status = EXIT_GOOD;
	uint32_t done, count;

	job->indices = calloc(numbers, sizeof(uint32_t));
	job->similarities = calloc(numbers, sizeof(float));
	if (!job->indices || !job->similarities) {
		message_error(job->session.options, "there is not enough memory for %" PRIu32 " neighbours",
		              job->k);
		return EXIT_FAILED;
	}
	status = session_upload(&job->session);
	progress_begin(&progress, job->session.options, "rows", job->count, 0);
	for (done = 0; done < job->count && status == EXIT_GOOD; done += count) {
		count = min_u32(panel_rows, job->count - done);
		progress_update(&progress, done);
		if (vkc_compute_nearest_neighbors(job->session.context, job->first + done, count, job->k,
		                                  job->indices, job->similarities) != VKC_SUCCESS)
			status = session_failed(&job->session);
		else
			status = job->session.options->output ? write_panel(job, count)
			                                      : print_panel(job, job->first + done, count);
	}
	progress_end(&progress);
	return status;
}

/* "nearest.npy" -> "nearest.similarities.npy" */
static char *similarities_name(const char *name)
{
	const char *ending = ".npy";
	size_t length = strlen(name), without = length;
	char *stem, *whole;

	if (length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0)
		without -= strlen(ending);
	stem = strndup(name, without);
	whole = stem ? path_with(stem, ".similarities.npy") : NULL;
	free(stem);
	return whole;
}

/* Refuses outputs that are also inputs. */
static int check_outputs(const struct command_line *options)
{
	char *second = similarities_name(options->output);
	int status = session_needs_output(options);

	if (status == EXIT_GOOD && output_is_standard(options->output))
		status = message_usage(options, "--output writes two files, so it cannot be standard "
		                                "output; without --output, JSON goes there");
	if (status == EXIT_GOOD && second)
		status = distinct_output(options, second, "");
	free(second);
	return status;
}

static bool create(struct output *output, const char *name, const char *type, const struct job *job,
                   struct problem *problem)
{
	unsigned char header[NPY_HEADER_SIZE];
	/* This cannot overflow: both factors are below 2^32. */
	uint64_t size, numbers = (uint64_t)job->count * job->k;

	if (!name)
		return problem_set(problem, "there is not enough memory for the names of files");
	if (!size_multiply(numbers, 4, &size) || !size_add(size, sizeof(header), &size))
		return problem_set(problem, "%s would be larger than a file can be", name);
	npy_header_write(header, type, job->count, job->k);
	return output_create_locked(output, name, size, problem) &&
	       output_append(output, header, sizeof(header), problem);
}

static int create_files(struct job *job)
{
	const struct command_line *options = job->session.options;
	char *second = similarities_name(options->output);
	struct problem problem;
	bool good;

	good = create(&job->indices_file, options->output, "<u4", job, &problem) &&
	       create(&job->similarities_file, second, "<f4", job, &problem);
	free(second);
	return good ? EXIT_GOOD : message_failed(options, &problem);
}

static int prepare(struct job *job, const struct command_line *options)
{
	const struct table *table = &job->session.input.table;
	int status = session_read(&job->session, options);

	if (status == EXIT_GOOD)
		status = names_open(&job->names, options, table);
	if (status == EXIT_GOOD && table->rows == 1) {
		message_error(options, "%s has a single row, which has no neighbours",
		              input_name(options->embeddings));
		status = EXIT_FAILED;
	}
	if (status == EXIT_GOOD && options->k > table->rows - 1)
		status = message_usage(options,
		                       "-k takes at most %" PRIu32 " with %" PRIu32 " rows, not %" PRIu32,
		                       table->rows - 1, table->rows, options->k);
	job->count = table->rows;
	job->k = options->k;
	if (status == EXIT_GOOD && options->row) {
		status = names_find(&job->names, options, "row", options->row, &job->first);
		job->count = 1;
	}
	if (status == EXIT_GOOD && options->output)
		status = create_files(job);
	return status;
}

int command_neighbors(const struct command_line *options)
{
	struct job job = {0};
	struct problem problem;
	int status;

	if (options->k == 0)
		return message_usage(options, "-k is needed: how many neighbours");
	if (options->output && (options->ids || options->use_ids))
		return message_usage(options, "a .npy file holds only numbers: --output and ids exclude "
		                              "each other");
	status = options->output ? check_outputs(options) : EXIT_GOOD;
	if (status == EXIT_GOOD)
		status = prepare(&job, options);
	if (status == EXIT_GOOD)
		status = compute(&job);
	if (status == EXIT_GOOD && options->output &&
	    !output_commit_pair(&job.indices_file, &job.similarities_file, &problem))
		status = message_failed(options, &problem);
	if (status == EXIT_GOOD)
		status = json_flush(options);
	output_close(&job.indices_file);
	output_close(&job.similarities_file);
	free(job.indices);
	free(job.similarities);
	names_close(&job.names);
	session_close(&job.session);
	return status;
}
