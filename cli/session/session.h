/* SPDX-License-Identifier: MIT
 *
 * What every computing subcommand does first: it reads the embeddings, opens the device and uploads
 * the embeddings.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "io/input.h"
#include "base/options.h"
#include "vulkan_compute.h"

struct session {
	const struct command_line *options;
	struct input input;
	VkComputeContext *context;
};

/* Both return an exit status, after printing the error. Call session_close() in either case. */
int session_read(struct session *session, const struct command_line *options);
int session_upload(struct session *session);

/* Uploads only the first rows. A later upload replaces them. */
int session_upload_rows(struct session *session, uint32_t rows);

/* Computes the matrix if it fits, and shows progress. This pays before computing many sequences in
 * small batches. Returns an exit status. */
int session_prepare_matrix(struct session *session);

void session_close(struct session *session);

/* Prints why a call of the library failed. Returns EXIT_FAILED. */
int session_failed(const struct session *session);

/* Checks that --output is given and is none of the inputs. Returns an exit status, after printing
 * the error. */
int session_needs_output(const struct command_line *options);

#endif
