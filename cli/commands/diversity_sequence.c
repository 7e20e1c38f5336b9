/* SPDX-License-Identifier: MIT
 *
 * diversity-sequence: prints one sequence as JSON.
 */
#include "commands/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/fingerprint.h"
#include "io/json_out.h"
#include "base/message.h"
#include "io/names.h"
#include "base/progress.h"
#include "session/session.h"

/* The time between two updates of the progress. */
#define CALL_SECONDS 0.5

/* Builds the object of --format object. Takes the reference to the sequence. */
static json_t *describe(const struct session *session, const struct names *names, uint32_t start,
                        json_t *sequence)
{
	const struct table *table = &session->input.table;
	VkcDeviceInfo device = {.struct_size = sizeof(device)};
	char text[FINGERPRINT_TEXT_SIZE];
	struct fingerprint fingerprint;

	if (!fingerprint_rows(table, table->rows, &fingerprint)) {
		json_decref(sequence);
		return NULL;
	}
	fingerprint_text(fingerprint, text);
	vkc_get_device_info(session->context, &device);
	return json_pack("{s:o, s:o, s:I, s:{s:o, s:I, s:I, s:s, s:s}, s:b, s:o, s:s, s:I}",
	                 "sequence", sequence,
	                 "start", names_of(names, start),
	                 "length", (json_int_t)json_array_size(sequence),
	                 "embeddings",
	                 "file", json_text(input_name(session->options->embeddings)),
	                 "rows", (json_int_t)table->rows,
	                 "columns", (json_int_t)table->columns,
	                 "type", table_type_name(table->type),
	                 "fingerprint", text,
	                 "centered", session->options->center,
	                 "device", json_text(device.name),
	                 "version", VERSION_TEXT,
	                 "result_version", (json_int_t)vkc_result_version());
}

/* Computes a sequence and shows progress. Returns an exit status. */
static int compute_sequence(struct session *session, uint32_t start, uint32_t length,
                            uint32_t *sequence)
{
	uint32_t done = 1;
	struct progress progress;
	int status = EXIT_GOOD;

	sequence[0] = start;
	progress_begin(&progress, session->options, "elements", length, done);
	while (done < length && status == EXIT_GOOD) {
		progress_update(&progress, done);
		if (vkc_continue_diversity_sequences(session->context, sequence, &done, 1, length,
		                                     CALL_SECONDS) != VKC_SUCCESS)
			status = session_failed(session);
	}
	progress_end(&progress);
	return status;
}

static int print(struct session *session, const struct names *names, uint32_t start,
                 uint32_t length)
{
	const struct command_line *options = session->options;
	uint32_t *sequence = malloc(length * sizeof(*sequence));
	json_t *list;
	int status;

	if (!sequence) {
		message_error(options, "there is not enough memory for a sequence of %" PRIu32, length);
		return EXIT_FAILED;
	}
	status = session_upload(session);
	if (status == EXIT_GOOD)
		status = compute_sequence(session, start, length, sequence);
	if (status == EXIT_GOOD) {
		list = names_list(names, sequence, length);
		if (list && options->format && strcmp(options->format, "object") == 0)
			list = describe(session, names, start, list);
		status = json_print(options, list, "\n");
	}
	free(sequence);
	return status == EXIT_GOOD ? json_flush(options) : status;
}

int command_sequence(const struct command_line *options)
{
	const char *format = options->format ? options->format : "array";
	struct names names = {0};
	struct session session;
	uint32_t start, rows;
	int status;

	if (strcmp(format, "array") != 0 && strcmp(format, "object") != 0)
		return message_usage(options, "--format takes array or object, not '%s'", format);
	if (!options->start)
		return message_usage(options, "--start is needed: the row to begin with");
	status = session_read(&session, options);
	if (status == EXIT_GOOD)
		status = names_open(&names, options, &session.input.table);
	if (status == EXIT_GOOD)
		status = names_find(&names, options, "start", options->start, &start);
	rows = session.input.table.rows;
	if (status == EXIT_GOOD && options->length > rows)
		status = message_usage(options, "--length takes 1 … %" PRIu32 ", not %" PRIu32, rows,
		                       options->length);
	if (status == EXIT_GOOD)
		status = print(&session, &names, start, options->length ? options->length : rows);
	names_close(&names);
	session_close(&session);
	return status;
}
