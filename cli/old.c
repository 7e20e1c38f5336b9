/* SPDX-License-Identifier: MIT */
#include "old.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "fingerprint.h"
#include "identity.h"
#include "input.h"
#include "message.h"
#include "npy_header.h"
#include "sidecar.h"
#include "size.h"

static bool map_sequences(struct old *old, const char *name, struct problem *problem)
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

/* Whether OLD.npy.json describes the file, the present options, and the first rows. */
static bool check_sidecar(const struct old *old, const struct options *options, const char *name,
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
		                      "what %s was made from is unknown; --old-embeddings FILE says it: ",
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

/* Whether the first rows are those of the file that the user says it was made from. */
static bool check_embeddings(const struct old *old, const struct options *options,
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

int old_open(struct old *old, const struct options *options, const struct table *table)
{
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
	return good ? EXIT_GOOD : message_failed(options, &problem);
}

void old_close(struct old *old)
{
	file_bytes_close(&old->file);
}

const uint32_t *old_sequence(const struct old *old, uint32_t start, uint32_t *seen,
                             struct problem *problem)
{
	const uint32_t *sequence = old->sequences + (uint64_t)start * old->length;
	uint32_t i;

	for (i = 0; i < old->length; i++) {
		/* seen[row] holds the last start, plus 1, whose sequence had the row. */
		if (sequence[i] >= old->rows || seen[sequence[i]] == start + 1 || sequence[0] != start) {
			problem_set(problem,
			            "the file to extend is damaged: row %" PRIu32 ", column %" PRIu32
			            " has %" PRIu32 ", which does not belong there",
			            start, i, sequence[i]);
			return NULL;
		}
		seen[sequence[i]] = start + 1;
	}
	return sequence;
}
