/* SPDX-License-Identifier: MIT
 *
 * What the content of a file of sequences depends on. Two runs with the same
 * identity write the same bytes, so one may go on where the other stopped.
 */
#ifndef CLI_IDENTITY_H
#define CLI_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "jobs/fingerprint.h"

struct identity {
	uint32_t rows, columns; /* of the embeddings */
	uint32_t length;        /* of each sequence */
	uint32_t centered;      /* 0 or 1 */
	uint32_t result_version;
	struct fingerprint embeddings;
};

/* NULL when both are the same, else in a few words what is another in `then`:
 * "other embeddings". */
const char *identity_difference(const struct identity *now, const struct identity *then);

#endif
