/* SPDX-License-Identifier: MIT
 *
 * The record of how far a long job has come. Two copies lie far enough apart in a
 * small file of fixed size and are written in turn: whatever happens while one is
 * written, the other still stands, and writing never needs more disk space.
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
	struct fingerprint content; /* of the file of results up to the end of these rows */
	uint64_t sequence;          /* counts the writes */
};

/* Reads the newest copy that is whole; false when there is none. */
bool record_load(int descriptor, struct record *record);

/* Whether the file holds something, and nothing that ever was such a record. */
bool record_is_foreign(int descriptor);

/* Writes the next copy and waits until it is on the disk. */
bool record_store(int descriptor, const char *name, struct record *record,
                  struct problem *problem);

#endif
