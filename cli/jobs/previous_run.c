/* SPDX-License-Identifier: MIT */
#include "jobs/previous_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/files.h"
#include "jobs/fingerprint.h"
#include "jobs/identity.h"
#include "io/input.h"
#include "base/message.h"
#include "io/npy_header.h"
#include "jobs/sidecar.h"
#include "base/size.h"

/* The number of sequences to compute again, evenly spread. With a different --center or a library
 * with different results, hardly any sequence would agree to its end. */
#define COMPARED 16

static bool map_sequences(struct previous_run *old, const char *name, struct problem *problem)
{
	struct npy_header header;
	uint64_t numbers, bytes;

	if (!file_bytes_open(&old->file, name, problem) ||
	    !npy_header_read(old->file.bytes, old->file.length, &header, problem))
		return problem_prefix(problem, "cannot read %s: ", name);
	if (strcmp(header.type, "<u4") != 0 || header.fortran_order || header.dimensions != 2 ||
	    header.data_offset % sizeof(uint32_t) != 0)
		return problem_set(problem,
		                   "cannot read %s: a .npy file of diversity-all was expected, type '<u4' "
		                   "in two dimensions",
		                   name);
	if (header.shape[0] == 0 || header.shape[0] > UINT32_MAX || header.shape[1] == 0 ||
	    header.shape[1] > header.shape[0] ||
	    !size_multiply(header.shape[0], header.shape[1], &numbers) ||
	    !size_multiply(numbers, sizeof(uint32_t), &bytes) ||
	    bytes != old->file.length - header.data_offset)
		return problem_set(problem,
		                   "cannot read %s: its .npy header gives the shape (%" PRIu64 ", %" PRIu64
		                   "), which does not fit sequences in its %zu bytes",
		                   name, header.shape[0], header.shape[1], old->file.length);
	old->rows = (uint32_t)header.shape[0];
	old->length = (uint32_t)header.shape[1];
	old->sequences = (const uint32_t *)(const void *)(old->file.bytes + header.data_offset);
	return true;
}

/* Whether OLD.npy.json matches the file, the current options and the first rows. */
static bool check_sidecar(const struct previous_run *old, const struct command_line *options,
                          const char *name,
                          const struct table *table, struct problem *problem)
{
	char *description = path_with(name, ".json");
	struct identity expected = {
		.rows = old->rows,
		.columns = table->columns,
		.length = old->length,
		.centered = options->center,
		.result_version = vkc_result_version(),
	};
	struct sidecar sidecar;
	const char *difference;
	int descriptor;
	bool good;

	if (!description || !fingerprint_rows(table, old->rows, &expected.embeddings)) {
		free(description);
		return problem_set(problem, "there is not enough memory to check %s", name);
	}
	good = sidecar_read(description, &sidecar, problem);
	free(description);
	if (!good)
		return problem_prefix(problem,
		                      "it is unknown what %s was made from; --old-embeddings FILE "
		                      "names it: ",
		                      name);
	descriptor = open(name, O_RDONLY | O_CLOEXEC);
	good = descriptor >= 0 ? sidecar_fits(&sidecar, descriptor, name, problem)
	                       : problem_set(problem, "cannot read %s: %s", name, strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	difference = identity_difference(&expected, &sidecar.identity);
	if (good && difference)
		return problem_set(problem,
		                   "%s was made with %s: it can be extended only by appending rows to the "
		                   "embeddings it was made from",
		                   name, difference);
	return good;
}

/* Whether the first rows equal those in the file of --old-embeddings. */
static bool check_embeddings(const struct previous_run *old, const struct command_line *options,
                             const struct table *table, struct problem *problem)
{
	struct fingerprint now, then;
	struct input input;
	bool good;

	if (!input_open(&input, options->old_embeddings, NULL, problem))
		return false;
	if (input.table.rows != old->rows)
		good = problem_set(problem, "%s has %" PRIu32 " rows, but %s has %" PRIu32 " sequences",
		                   options->old_embeddings, input.table.rows, options->extend, old->rows);
	else if (!fingerprint_rows(table, old->rows, &now) ||
	         !fingerprint_rows(&input.table, old->rows, &then))
		good = problem_set(problem, "there is not enough memory to compare the embeddings");
	else if (input.table.columns != table->columns || !fingerprint_equal(now, then))
		good = problem_set(problem, "the first %" PRIu32 " rows of %s are not those of %s",
		                   old->rows, input_name(options->embeddings), options->old_embeddings);
	else
		good = true;
	input_close(&input);
	return good;
}

/* Whether each sequence begins with its own row and holds no row twice. */
static bool check_sequences(const struct previous_run *old, struct problem *problem)
{
	/* For each row: 1 + the start of the last sequence that holds it. */
	uint32_t *seen = calloc(old->rows, sizeof(*seen)), start, i;

	if (!seen)
		return problem_set(problem, "there is not enough memory to check the file to extend");
	for (start = 0; start < old->rows; start++) {
		const uint32_t *sequence = previous_run_sequence(old, start);

		for (i = 0; i < old->length; i++) {
			if (sequence[i] >= old->rows || seen[sequence[i]] == start + 1 ||
			    sequence[0] != start) {
				free(seen);
				return problem_set(problem,
				                   "the file to extend is damaged: row %" PRIu32
				                   ", column %" PRIu32 " has %" PRIu32
				                   ", which does not belong there",
				                   start, i, sequence[i]);
			}
			seen[sequence[i]] = start + 1;
		}
	}
	free(seen);
	return true;
}

int previous_run_open(struct previous_run *old, const struct session *session)
{
	const struct command_line *options = session->options;
	const struct table *table = &session->input.table;
	struct problem problem;
	char *name;
	bool good;

	memset(old, 0, sizeof(*old));
	name = realpath(options->extend, NULL);
	if (!name) {
		message_error(options, "cannot read %s: %s", options->extend, strerror(errno));
		return EXIT_FAILED;
	}
	good = map_sequences(old, name, &problem);
	if (good && old->rows > table->rows)
		good = problem_set(&problem,
		                   "%s was made from %" PRIu32 " rows, but %s has only %" PRIu32
		                   ": rows can only be appended",
		                   name, old->rows, input_name(options->embeddings), table->rows);
	if (good)
		good = options->old_embeddings ? check_embeddings(old, options, table, &problem)
		                               : check_sidecar(old, options, name, table, &problem);
	free(name);
	return good && check_sequences(old, &problem) ? EXIT_GOOD : message_failed(options, &problem);
}

/* Computes the sequences from these starts and compares them. */
static int compare(const struct previous_run *old, struct session *session, const uint32_t *starts,
                   uint32_t count, uint32_t *sequences)
{
	uint64_t row_bytes = (uint64_t)old->length * sizeof(*sequences);
	uint32_t i;

	if (vkc_compute_diversity_sequences(session->context, starts, count, 1, old->length,
	                                    sequences) != VKC_SUCCESS)
		return session_failed(session);
	for (i = 0; i < count; i++) {
		if (memcmp(sequences + (uint64_t)i * old->length, previous_run_sequence(old, starts[i]),
		           row_bytes) == 0)
			continue;
		message_error(session->options,
		              "row %" PRIu32 " of %s is not the sequence that these embeddings and options "
		              "give: it was made with %s--center, or by a library that gives other results",
		              starts[i], session->options->extend, session->options->center ? "no " : "");
		return EXIT_FAILED;
	}
	return EXIT_GOOD;
}

int previous_run_compare(const struct previous_run *old, struct session *session)
{
	uint32_t starts[COMPARED], count = min_u32(COMPARED, old->rows), i;
	uint32_t *sequences = calloc((uint64_t)count * old->length, sizeof(*sequences));
	int status;

	if (!sequences) {
		message_error(session->options, "there is not enough memory to check %s",
		              session->options->extend);
		return EXIT_FAILED;
	}
	for (i = 0; i < count; i++)
		starts[i] = (uint32_t)((uint64_t)i * old->rows / count);
	status = session_upload_rows(session, old->rows);
	if (status == EXIT_GOOD)
		status = compare(old, session, starts, count, sequences);
	free(sequences);
	return status;
}

void previous_run_close(struct previous_run *old)
{
	file_bytes_close(&old->file);
}

const uint32_t *previous_run_sequence(const struct previous_run *old, uint32_t start)
{
	return old->sequences + (uint64_t)start * old->length;
}
