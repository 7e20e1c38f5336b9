/* SPDX-License-Identifier: MIT */
#include "jobs/record.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "files/files.h"

#define COPIES 2
#define COPY_DISTANCE 4096 /* no disk sector, which can fail as a whole, holds parts of both */
#define FILE_SIZE (COPIES * COPY_DISTANCE)

/* The layout in the file. Without padding, so that the checksum covers all of it. */
struct copy {
	char magic[8];
	uint64_t sequence;
	uint32_t rows, columns, length, centered, result_version, rows_done;
	uint64_t embeddings[2], content[2];
	uint64_t checksum; /* of all members above */
};

_Static_assert(sizeof(struct copy) == 80, "the record has no padding");

/* All versions of the record begin with the same seven letters. */
#define MAGIC_FAMILY 7
static const char magic[8] = {'V', 'K', 'C', 'P', 'R', 'O', 'G', '2'};

static bool copy_load(int descriptor, unsigned which, struct copy *copy)
{
	return pread(descriptor, copy, sizeof(*copy), (off_t)which * COPY_DISTANCE) ==
	           (ssize_t)sizeof(*copy) &&
	       memcmp(copy->magic, magic, sizeof(magic)) == 0 &&
	       copy->checksum == checksum_bytes(copy, offsetof(struct copy, checksum)) &&
	       copy->rows_done <= copy->rows;
}

bool record_load(int descriptor, struct record *record)
{
	struct copy newest = {.sequence = 0}, copy;
	bool found = false;
	unsigned i;

	for (i = 0; i < COPIES; i++) {
		if (copy_load(descriptor, i, &copy) && (!found || copy.sequence > newest.sequence)) {
			newest = copy;
			found = true;
		}
	}
	*record = (struct record){
		.identity = {
			.rows = newest.rows,
			.columns = newest.columns,
			.length = newest.length,
			.centered = newest.centered,
			.result_version = newest.result_version,
			.embeddings = {{newest.embeddings[0], newest.embeddings[1]}},
		},
		.rows_done = newest.rows_done,
		.content = {{newest.content[0], newest.content[1]}},
		.sequence = newest.sequence,
	};
	return found;
}

bool record_is_foreign(int descriptor)
{
	/* One byte more than a record has, to detect a longer file. */
	unsigned char bytes[FILE_SIZE + 1] = {0};
	ssize_t length = pread(descriptor, bytes, sizeof(bytes), 0), i;
	unsigned which;

	if (length > FILE_SIZE)
		return true;
	for (which = 0; which < COPIES; which++)
		if (memcmp(bytes + (size_t)which * COPY_DISTANCE, magic, MAGIC_FAMILY) == 0)
			return false;
	/* A file of zeros is the space allocated for a first record. */
	for (i = 0; i < length; i++)
		if (bytes[i])
			return true;
	return false;
}

bool record_store(int descriptor, const char *name, struct record *record, struct problem *problem)
{
	const struct identity *identity = &record->identity;
	struct copy copy = {
		.sequence = record->sequence + 1,
		.rows = identity->rows,
		.columns = identity->columns,
		.length = identity->length,
		.centered = identity->centered,
		.result_version = identity->result_version,
		.rows_done = record->rows_done,
		.embeddings = {identity->embeddings.words[0], identity->embeddings.words[1]},
		.content = {record->content.words[0], record->content.words[1]},
	};
	uint64_t place = copy.sequence % COPIES * COPY_DISTANCE;

	memcpy(copy.magic, magic, sizeof(magic));
	copy.checksum = checksum_bytes(&copy, offsetof(struct copy, checksum));
	/* The first write allocates the space of both copies. */
	if (record->sequence == 0 &&
	    !reserve_space(descriptor, name, FILE_SIZE, problem))
		return false;
	if (!write_at(descriptor, name, &copy, sizeof(copy), place, problem))
		return false;
	if (!sync_file(descriptor, name, problem))
		return false;
	record->sequence++;
	return true;
}
