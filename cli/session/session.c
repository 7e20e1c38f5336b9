/* SPDX-License-Identifier: MIT */
#include "session/session.h"

#include <string.h>

#include "session/distinct.h"
#include "base/library.h"
#include "base/message.h"
#include "base/progress.h"

/* Time between two updates of the progress. */
#define PREPARE_SECONDS 0.5

int session_read(struct session *session, const struct command_line *options)
{
	struct problem problem;

	memset(session, 0, sizeof(*session));
	session->options = options;
	if (!options->embeddings)
		return message_usage(options, "--embeddings FILE is needed, or the environment variable "
		                              "VKC_EMBEDDINGS with the name of a file");
	if (!input_open(&session->input, options->embeddings, options->input_format, &problem))
		return message_failed(options, &problem);
	return EXIT_GOOD;
}

int session_upload_rows(struct session *session, uint32_t rows)
{
	const struct table *table = &session->input.table;
	VkcOptions options = {
		.struct_size = sizeof(options),
		.device = session->options->device,
		.memory_limit = session->options->memory_limit,
	};
	VkcEmbeddings embeddings = {
		.struct_size = sizeof(embeddings),
		.type = table->type,
		.data = table->data,
		.num_embeddings = rows,
		.embedding_dim = table->columns,
		.row_stride = table->row_stride,
		/* The input stays open until the context is closed. */
		.flags = VKC_BORROW | (session->options->center ? VKC_CENTER : 0),
	};

	if (!session->context && vkc_init_with_options(&options, &session->context) != VKC_SUCCESS)
		return session_failed(session);
	if (vkc_upload(session->context, &embeddings) != VKC_SUCCESS) {
		message_error(session->options, "%s: %s", input_name(session->options->embeddings),
		              library_failure(session->context));
		return EXIT_FAILED;
	}
	return EXIT_GOOD;
}

int session_upload(struct session *session)
{
	return session_upload_rows(session, session->input.table.rows);
}

int session_prepare_matrix(struct session *session)
{
	const uint64_t rows = session->input.table.rows, pairs = rows * (rows + 1) / 2;
	struct progress progress;
	double fraction = 0;
	int status = EXIT_GOOD;

	progress_begin(&progress, session->options, "pairs", pairs, 0);
	while (fraction < 1 && status == EXIT_GOOD) {
		progress_update(&progress, (uint64_t)(fraction * (double)pairs));
		if (vkc_prepare_matrix(session->context, PREPARE_SECONDS, &fraction) != VKC_SUCCESS)
			status = session_failed(session);
	}
	progress_end(&progress);
	return status;
}

void session_close(struct session *session)
{
	vkc_destroy(session->context);
	session->context = NULL;
	input_close(&session->input);
}

int session_failed(const struct session *session)
{
	message_error(session->options, "%s", library_failure(session->context));
	return EXIT_FAILED;
}

int session_needs_output(const struct command_line *options)
{
	if (!options->output || !*options->output)
		return message_usage(options, "--output is needed: the file to write");
	return distinct_output(options, options->output, "");
}
