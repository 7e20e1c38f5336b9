/* SPDX-License-Identifier: MIT
 *
 * similarity-matrix: panel by panel into a .npy file.
 */
#include "commands.h"

#include <stdlib.h>

#include "files.h"
#include "message.h"
#include "npy_header.h"
#include "progress.h"
#include "session.h"
#include "size.h"

#define PANEL_BYTES (32u << 20)

static int write_panels(struct session *session, struct output *output)
{
	uint32_t rows = session->input.table.rows, first, count;
	uint64_t row_bytes = (uint64_t)rows * sizeof(float);
	uint32_t panel_rows = (uint32_t)least_u64(rows, PANEL_BYTES / row_bytes + 1);
	float *panel = malloc(panel_rows * row_bytes);
	struct progress progress;
	struct problem problem;
	int status = EXIT_GOOD;

	if (!panel) {
		problem_set(&problem, "there is not enough memory for %u rows of the matrix", panel_rows);
		return message_failed(session->options, &problem);
	}
	progress_begin(&progress, session->options, "rows", rows, 0);
	for (first = 0; first < rows && status == EXIT_GOOD; first += count) {
		count = least_u32(panel_rows, rows - first);
		progress_update(&progress, first);
		if (vkc_compute_similarity_rows(session->context, first, count, panel) != VKC_SUCCESS)
			status = session_failed(session);
		else if (!output_append(output, panel, count * row_bytes, &problem))
			status = message_failed(session->options, &problem);
	}
	progress_end(&progress);
	free(panel);
	return status;
}

int command_matrix(const struct options *options)
{
	unsigned char header[NPY_HEADER_SIZE];
	struct session session = {0};
	struct output output = {0};
	struct problem problem;
	uint64_t rows, size;
	int status = session_needs_output(options);

	if (status == EXIT_GOOD)
		status = session_read(&session, options);
	if (status != EXIT_GOOD)
		goto done;
	rows = session.input.table.rows;
	/* 2^32 rows would need 2^66 bytes. */
	if (!size_multiply(rows * rows, sizeof(float), &size) ||
	    !size_add(size, sizeof(header), &size)) {
		message_error(options, "a matrix of %llu x %llu is larger than a file can be",
		              (unsigned long long)rows, (unsigned long long)rows);
		status = EXIT_FAILED;
		goto done;
	}
	npy_header_write(header, "<f4", rows, rows);
	if (!output_create(&output, options->output, size, &problem) ||
	    !output_append(&output, header, sizeof(header), &problem)) {
		status = message_failed(options, &problem);
		goto done;
	}
	status = session_upload(&session);
	if (status == EXIT_GOOD)
		status = session_want_matrix(&session);
	if (status == EXIT_GOOD)
		status = write_panels(&session, &output);
	if (status == EXIT_GOOD && !output_commit(&output, &problem))
		status = message_failed(options, &problem);
done:
	output_close(&output);
	session_close(&session);
	return status;
}
