/* SPDX-License-Identifier: MIT
 *
 * What every computing subcommand begins with: the embeddings read, the device
 * opened, the embeddings uploaded.
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

/* Both return an exit status, after printing the error. session_close() follows either way. */
int session_read(struct session *session, const struct command_line *options);
int session_upload(struct session *session);

/* The first rows only; a later upload replaces them. */
int session_upload_rows(struct session *session, uint32_t rows);

/* Has the matrix computed, where it fits, and shows how far it is: before many sequences are asked
 * for, a few at a time. Returns an exit status. */
int session_prepare_matrix(struct session *session);

void session_close(struct session *session);

/* Says why the library's call failed. Returns EXIT_FAILED. */
int session_failed(const struct session *session);

/* --output, checked to be there and to be none of the inputs. Returns an exit status. */
int session_needs_output(const struct command_line *options);

#endif
