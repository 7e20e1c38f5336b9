/* SPDX-License-Identifier: MIT
 *
 * A long job that can be resumed after any interruption. Rows go to TARGET.partial, which has its
 * final size from the start. TARGET.progress records how many rows are safely on the disk and the
 * fingerprint of their bytes, so that no other file is mistaken for TARGET.partial. At the end the
 * job writes TARGET.json and renames TARGET.partial.
 *
 * The order of writes makes this safe: TARGET.progress before TARGET.partial; rows before the
 * record that counts them; all rows before the rename; the removal of TARGET.progress last.
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
	bool complete; /* an earlier run has completed it */
	bool ours;     /* partial and progress belong to this job */
};

/* Starts or resumes a job, or finds that it is complete. Allocates all the disk space. */
bool job_open(struct job *job, const char *target, const struct identity *identity, bool restart,
              struct problem *problem);

/* Writes the next rows. They count as done only after job_save(). */
bool job_write(struct job *job, uint32_t count, const uint32_t *sequences,
               struct problem *problem);

/* Waits until the written rows are on the disk, and records them. */
bool job_save(struct job *job, struct problem *problem);

/* Gives the file its name. Call this when all rows are saved. */
bool job_finish(struct job *job, struct problem *problem);

/* Frees the job. A job without saved rows leaves no files behind. */
void job_close(struct job *job);

#endif
