/* SPDX-License-Identifier: MIT
 *
 * Everything that determines the content of a file of sequences. Two runs with the same identity
 * write the same bytes, so one can continue where the other stopped.
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

/* Returns NULL if both are equal, else how `then` differs, such as "other embeddings". */
const char *identity_difference(const struct identity *now, const struct identity *then);

#endif
