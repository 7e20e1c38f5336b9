/* SPDX-License-Identifier: MIT
 *
 * similarity-matrix: writes the matrix to a .npy file panel by panel.
 */
#include "commands/commands.h"

#include "base/message.h"
#include "io/npy_header.h"
#include "files/output.h"
#include "session/panels.h"
#include "session/session.h"
#include "base/size.h"

struct writing {
	struct session session;
	struct output output;
};

static int write_panel(void *user, uint32_t first, uint32_t count, const float *panel)
{
	struct writing *writing = user;
	uint64_t row_bytes = (uint64_t)writing->session.input.table.rows * sizeof(float);
	struct problem problem;

	(void)first;
	return output_append(&writing->output, panel, count * row_bytes, &problem)
	           ? EXIT_GOOD
	           : message_failed(writing->session.options, &problem);
}

int command_matrix(const struct command_line *options)
{
	unsigned char header[NPY_HEADER_SIZE];
	struct writing writing = {0};
	struct session *session = &writing.session;
	struct output *output = &writing.output;
	struct problem problem;
	uint64_t rows, size;
	int status = session_needs_output(options);

	if (status == EXIT_GOOD)
		status = session_read(session, options);
	if (status != EXIT_GOOD)
		goto done;
	rows = session->input.table.rows;
	/* rows * rows cannot overflow; its size in bytes can. */
	if (!size_multiply(rows * rows, sizeof(float), &size) ||
	    !size_add(size, sizeof(header), &size)) {
		message_error(options, "a matrix of %llu x %llu is larger than a file can be",
		              (unsigned long long)rows, (unsigned long long)rows);
		status = EXIT_FAILED;
		goto done;
	}
	npy_header_write(header, "<f4", rows, rows);
	if (!output_open(output, options->output, size, &problem) ||
	    !output_append(output, header, sizeof(header), &problem)) {
		status = message_failed(options, &problem);
		goto done;
	}
	status = session_upload(session);
	if (status == EXIT_GOOD)
		status = panels_each(session, 0, (uint32_t)rows, true, write_panel, &writing);
	if (status == EXIT_GOOD && !output_commit(output, &problem))
		status = message_failed(options, &problem);
done:
	output_close(output);
	session_close(session);
	return status;
}
