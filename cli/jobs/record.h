/* SPDX-License-Identifier: MIT
 *
 * Records the progress of a long job. A small file of fixed size holds two copies, far apart, which
 * are written in turn. A failed write leaves the other copy intact, and writing never needs more
 * disk space.
 */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "jobs/identity.h"
#include "base/problem.h"

struct record {
	struct identity identity;
	uint32_t rows_done;
	struct fingerprint content; /* of the results up to the end of these rows */
	uint64_t sequence;          /* counts the writes */
};

/* Reads the newest intact copy. Returns false if there is none. */
bool record_load(int descriptor, struct record *record);

/* Whether the file holds data that was never such a record. */
bool record_is_foreign(int descriptor);

/* Writes the next copy and waits until it is on the disk. */
bool record_store(int descriptor, const char *name, struct record *record,
                  struct problem *problem);

#endif
