/* SPDX-License-Identifier: MIT
 *
 * A long job that survives whatever ends it: the rows go into TARGET.partial, which
 * has its final size from the beginning; TARGET.progress says how many of them are
 * safely there, and what their bytes are, so that no other file is taken for it; at
 * the end TARGET.json is written and TARGET.partial renamed.
 *
 * The order on the disk is what makes it safe: TARGET.progress before
 * TARGET.partial; rows before the record that counts them; all rows before the
 * rename; TARGET.progress is removed last.
 */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "jobs/identity.h"
#include "base/problem.h"
#include "jobs/record.h"

struct job {
	char *target, *partial, *progress, *sidecar; /* names */
	int data, lock;                              /* of partial and progress, or -1 */
	uint64_t size;                               /* of the finished file */
	struct record record;
	struct fingerprint_state *content; /* of the header and the rows written so far */
	uint32_t rows_written;
	bool complete; /* by an earlier run: nothing is left to do */
	bool ours;     /* partial and progress belong to this job */
};

/* Begins a job, goes on with one, or finds that it is complete. Takes all the disk space. */
bool job_open(struct job *job, const char *target, const struct identity *identity, bool restart,
              struct problem *problem);

/* The next rows of the file; they count as done only after job_save(). */
bool job_write(struct job *job, uint32_t count, const uint32_t *sequences,
               struct problem *problem);

/* Makes durable what is written. */
bool job_save(struct job *job, struct problem *problem);

/* All rows are saved: gives the file its name. */
bool job_finish(struct job *job, struct problem *problem);

/* Frees. A job that has saved no row leaves nothing behind. */
void job_close(struct job *job);

#endif
