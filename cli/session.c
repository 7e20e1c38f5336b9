/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "distinct.h"
#include "library.h"
#include "message.h"
#include "size.h"

int session_read(struct session *session, const struct options *options)
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
		.flags = session->options->center ? VKC_CENTER : 0,
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

/* The library computes the matrix when an eighth of its rows has been asked for. */
int session_want_matrix(struct session *session)
{
	const uint32_t rows = session->input.table.rows, start = 0;
	const uint32_t length = rows / 8 + 1 > 2 ? rows / 8 + 1 : least_u32(rows, 2);
	VkcDeviceInfo info = {.struct_size = sizeof(info)};
	uint32_t *sequence;
	VkcResult result = vkc_get_device_info(session->context, &info);

	if (result == VKC_SUCCESS &&
	    (uint64_t)rows * rows * sizeof(float) > info.memory_limit - info.memory_used)
		return EXIT_GOOD;
	sequence = calloc(length, sizeof(*sequence));
	if (!sequence) {
		message_error(session->options, "there is not enough memory for %" PRIu32 " numbers",
		              length);
		return EXIT_FAILED;
	}
	if (result == VKC_SUCCESS)
		result = vkc_compute_diversity_sequences(session->context, &start, 1, 1, length, sequence);
	free(sequence);
	return result == VKC_SUCCESS ? EXIT_GOOD : session_failed(session);
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

int session_needs_output(const struct options *options)
{
	if (!options->output || !*options->output)
		return message_usage(options, "--output is needed: the file to write");
	return distinct_output(options, options->output, "");
}
