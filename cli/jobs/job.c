/* SPDX-License-Identifier: MIT */
#include "jobs/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files.h"
#include "base/interrupt.h"
#include "files/lock.h"
#include "io/npy_header.h"
#include "jobs/sidecar.h"
#include "base/size.h"
#include "files/target.h"

static void header_of(const struct job *job, unsigned char header[NPY_HEADER_SIZE])
{
	npy_header_write(header, "<u4", job->record.identity.rows, job->record.identity.length);
}

static bool name_files(struct job *job, const char *target, struct problem *problem)
{
	char *resolved;

	job->target = target_resolve(target, problem);
	if (!job->target)
		return false;
	job->partial = path_with(job->target, ".partial");
	job->progress = path_with(job->target, ".progress");
	job->sidecar = path_with(job->target, ".json");
	if (!job->partial || !job->progress || !job->sidecar)
		return problem_set(problem, "there is not enough memory for the names of files");
	/* Report a bad name now, not after the computation. */
	resolved = target_resolve(job->sidecar, problem);
	free(resolved);
	return resolved != NULL;
}

/* Whether an earlier run has already written the same target. */
static bool already_complete(const struct job *job, const struct identity *identity)
{
	struct sidecar sidecar;
	struct problem ignored;
	struct stat status;
	int descriptor;
	bool same;

	if (!sidecar_read(job->sidecar, &sidecar, &ignored) ||
	    identity_difference(identity, &sidecar.identity))
		return false;
	descriptor = open(job->target, O_RDONLY | O_CLOEXEC);
	same = descriptor >= 0 && fstat(descriptor, &status) == 0 &&
	       (uint64_t)status.st_size == job->size &&
	       sidecar_fits(&sidecar, descriptor, job->target, &ignored);
	if (descriptor >= 0)
		close(descriptor);
	return same;
}

/* The offset of the end of the first `rows` rows. */
static uint64_t end_of(const struct job *job, uint32_t rows)
{
	return NPY_HEADER_SIZE + (uint64_t)rows * job->record.identity.length * sizeof(uint32_t);
}

/* Creates TARGET.partial. Its record is already on the disk. */
static bool create_partial(struct job *job, struct problem *problem)
{
	unsigned char header[NPY_HEADER_SIZE];

	header_of(job, header);
	fingerprint_add(job->content, header, sizeof(header));
	unlink(job->partial);
	job->data = target_open_new(job->target, job->partial);
	if (job->data < 0)
		return cannot_write(job->partial, problem);
	return target_attributes(job->data, job->target, problem) &&
	       reserve_space(job->data, job->partial, job->size, problem) &&
	       write_at(job->data, job->partial, header, sizeof(header), 0, problem) &&
	       sync_directory(job->partial, problem);
}

static bool may_replace(const struct job *job, struct problem *problem)
{
	return target_writable(job->target, problem) && target_writable(job->sidecar, problem);
}

static bool begin(struct job *job, const struct identity *identity, struct problem *problem)
{
	if (!may_replace(job, problem))
		return false;
	/* Keep the sequence number, so that this record is newer than those in the file. */
	job->record = (struct record){.identity = *identity, .sequence = job->record.sequence};
	job->ours = true;
	/* Until the first job_save(). */
	interrupt_add_file(job->partial);
	interrupt_add_file(job->progress);
	return record_store(job->lock, job->progress, &job->record, problem) &&
	       sync_directory(job->progress, problem) && create_partial(job, problem);
}

/* Opens the TARGET.partial of an earlier run. Checks every byte of the rows it keeps. */
static bool reopen_partial(struct job *job, struct problem *problem)
{
	struct stat status;

	if (!may_replace(job, problem))
		return false;
	job->data = open(job->partial, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (job->data < 0)
		return cannot_write(job->partial, problem);
	job->rows_written = job->record.rows_done;
	if (fstat(job->data, &status) != 0 || (uint64_t)status.st_size != job->size ||
	    !fingerprint_add_file(job->content, job->data, end_of(job, job->rows_written)) ||
	    !fingerprint_equal(fingerprint_so_far(job->content), job->record.content))
		return problem_set(problem,
		                   "%s is not the file that %s counts the rows of; --restart discards both",
		                   job->partial, job->progress);
	job->ours = true;
	return true;
}

static bool resume(struct job *job, const struct identity *identity, bool recorded,
                   struct problem *problem)
{
	bool begun = access(job->partial, F_OK) == 0;
	const char *difference =
		recorded ? identity_difference(identity, &job->record.identity) : NULL;

	/* If --restart began to replace a complete file, continue with that instead. */
	if ((!recorded || difference || !begun) && already_complete(job, identity)) {
		job->complete = true;
		/* A run that ended between its last two steps left this behind. */
		if (recorded && !difference)
			unlink(job->progress);
		return true;
	}
	if (!recorded && record_is_foreign(job->lock))
		return problem_set(problem,
		                   "%s exists, but it is not the record of a job; --restart overwrites it",
		                   job->progress);
	/* Starting again loses nothing if no row is done. */
	if (!begun || (recorded && job->record.rows_done == 0))
		return begin(job, identity, problem);
	if (!recorded)
		return problem_set(problem,
		                   "%s exists, but not %s, which describes it; --restart discards it",
		                   job->partial, job->progress);
	if (difference)
		return problem_set(problem,
		                   "%s was begun with %s; use the same again, or discard it with --restart",
		                   job->partial, difference);
	return reopen_partial(job, problem);
}

bool job_open(struct job *job, const char *target, const struct identity *identity, bool restart,
              struct problem *problem)
{
	uint64_t numbers;
	bool recorded;

	memset(job, 0, sizeof(*job));
	job->data = job->lock = -1;
	if (!size_multiply(identity->rows, identity->length, &numbers) ||
	    !size_multiply(numbers, sizeof(uint32_t), &job->size) ||
	    !size_add(job->size, NPY_HEADER_SIZE, &job->size))
		return problem_set(problem, "%u sequences of %u are more than a file can hold",
		                   identity->rows, identity->length);
	job->content = fingerprint_begin();
	if (!job->content)
		return problem_set(problem, "there is not enough memory for the fingerprint of the file");
	if (!name_files(job, target, problem))
		return false;
	/* The record is in the same file, so they share the descriptor. */
	job->lock = lock_acquire(job->progress, job->target, problem);
	if (job->lock < 0)
		return false;
	recorded = record_load(job->lock, &job->record);
	return restart ? begin(job, identity, problem) : resume(job, identity, recorded, problem);
}

bool job_write(struct job *job, uint32_t count, const uint32_t *sequences,
               struct problem *problem)
{
	uint64_t begin = end_of(job, job->rows_written);
	size_t length = (size_t)(end_of(job, job->rows_written + count) - begin);

	if (!write_at(job->data, job->partial, sequences, length, begin, problem))
		return false;
	fingerprint_add(job->content, sequences, length);
	job->rows_written += count;
	return true;
}

bool job_save(struct job *job, struct problem *problem)
{
	if (!sync_data(job->data, job->partial, problem))
		return false;
	interrupt_forget_file(job->partial);
	interrupt_forget_file(job->progress);
	job->record.rows_done = job->rows_written;
	job->record.content = fingerprint_so_far(job->content);
	return record_store(job->lock, job->progress, &job->record, problem);
}

bool job_finish(struct job *job, struct problem *problem)
{
	struct sidecar sidecar = {
		.identity = job->record.identity,
		.content = fingerprint_so_far(job->content),
	};

	/* If the program ends between these two steps, the description does not match the old target,
	 * so no run relies on it. */
	if (!target_attributes(job->data, job->target, problem) ||
	    !sidecar_write(job->sidecar, &sidecar, problem))
		return false;
	if (rename(job->partial, job->target) != 0)
		return cannot_write(job->target, problem);
	if (!sync_directory(job->target, problem))
		return false;
	unlink(job->progress);
	return true;
}

void job_close(struct job *job)
{
	bool nothing_done = job->ours && job->record.rows_done == 0;

	if (nothing_done)
		interrupt_unlink(job->partial);
	interrupt_forget_file(job->partial);
	if (job->data >= 0)
		close(job->data);
	lock_release(job->lock, job->progress, nothing_done);
	fingerprint_end(job->content);
	free(job->target);
	free(job->partial);
	free(job->progress);
	free(job->sidecar);
}
