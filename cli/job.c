/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "interrupt.h"
#include "npy_header.h"
#include "sidecar.h"
#include "size.h"

static bool failed(struct problem *problem, const char *name)
{
	return problem_set(problem, "cannot write %s: %s", name, strerror(errno));
}

static void header_of(const struct job *job, unsigned char header[NPY_HEADER_SIZE])
{
	npy_header_write(header, "<u4", job->record.identity.rows, job->record.identity.length);
}

static bool name_files(struct job *job, const char *target, struct problem *problem)
{
	char *resolved;

	job->target = resolve_target(target, problem);
	if (!job->target)
		return false;
	job->partial = path_with(job->target, ".partial");
	job->progress = path_with(job->target, ".progress");
	job->sidecar = path_with(job->target, ".json");
	if (!job->partial || !job->progress || !job->sidecar)
		return problem_set(problem, "there is not enough memory for the names of files");
	/* Said now, not when all is computed. */
	resolved = resolve_target(job->sidecar, problem);
	free(resolved);
	return resolved != NULL;
}

/* Opens TARGET.progress for this process alone. */
static bool take_lock(struct job *job, struct problem *problem)
{
	for (;;) {
		struct stat opened, named;

		job->lock = open(job->progress, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (job->lock < 0)
			return failed(problem, job->progress);
		if (flock(job->lock, LOCK_EX | LOCK_NB) != 0) {
			if (errno == EWOULDBLOCK)
				return problem_set(problem, "another vulkan-compute is writing %s now",
				                   job->target);
			return failed(problem, job->progress);
		}
		/* Another process may have removed it between the two calls. */
		if (fstat(job->lock, &opened) == 0 && stat(job->progress, &named) == 0 &&
		    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
			return true;
		close(job->lock);
	}
}

/* Whether the target is there already, made from the same. */
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

/* Where the first `rows` rows end. */
static uint64_t end_of(const struct job *job, uint32_t rows)
{
	return NPY_HEADER_SIZE + (uint64_t)rows * job->record.identity.length * sizeof(uint32_t);
}

/* A new TARGET.partial; the record that belongs to it is on the disk already. */
static bool create_partial(struct job *job, struct problem *problem)
{
	unsigned char header[NPY_HEADER_SIZE];

	header_of(job, header);
	fingerprint_add(job->content, header, sizeof(header));
	job->data = open(job->partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (job->data < 0)
		return failed(problem, job->partial);
	return reserve_space(job->data, job->partial, job->size, problem) &&
	       write_at(job->data, job->partial, header, sizeof(header), 0, problem) &&
	       sync_directory(job->partial, problem);
}

static bool begin(struct job *job, const struct identity *identity, struct problem *problem)
{
	/* The count of writes goes on, so that this record is newer than any in the file. */
	job->record = (struct record){.identity = *identity, .sequence = job->record.sequence};
	job->ours = true;
	/* Until there is something to keep. */
	interrupt_removes(job->partial);
	interrupt_removes(job->progress);
	return record_store(job->lock, job->progress, &job->record, problem) &&
	       sync_directory(job->progress, problem) && create_partial(job, problem);
}

/* TARGET.partial as an earlier run left it: every byte that is to be kept is compared. */
static bool reopen_partial(struct job *job, struct problem *problem)
{
	struct stat status;

	job->data = open(job->partial, O_RDWR | O_CLOEXEC);
	if (job->data < 0)
		return failed(problem, job->partial);
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

static bool go_on(struct job *job, const struct identity *identity, bool recorded,
                  struct problem *problem)
{
	bool begun = access(job->partial, F_OK) == 0;
	const char *difference =
		recorded ? identity_difference(identity, &job->record.identity) : NULL;

	/* A file that is complete may be being made again, by --restart: that goes on. */
	if ((!recorded || difference || !begun) && already_complete(job, identity)) {
		job->complete = true;
		/* Left by a run that was ended between its last two steps. */
		if (recorded && !difference)
			unlink(job->progress);
		return true;
	}
	if (!recorded && record_is_foreign(job->lock))
		return problem_set(problem,
		                   "%s is there, but it is no record of a job; --restart overwrites it",
		                   job->progress);
	/* Nothing is lost where nothing was done. */
	if (!begun || (recorded && job->record.rows_done == 0))
		return begin(job, identity, problem);
	if (!recorded)
		return problem_set(problem,
		                   "%s is there, but no %s that says what it is; --restart discards it",
		                   job->partial, job->progress);
	if (difference)
		return problem_set(problem,
		                   "%s was begun with %s; run it with the same as then, or discard it "
		                   "with --restart",
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
		return problem_set(problem, "there is not enough memory to watch over the file");
	if (!name_files(job, target, problem) || !take_lock(job, problem))
		return false;
	recorded = record_load(job->lock, &job->record);
	return restart ? begin(job, identity, problem) : go_on(job, identity, recorded, problem);
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
	if (fdatasync(job->data) != 0)
		return failed(problem, job->partial);
	interrupt_keeps(job->partial);
	interrupt_keeps(job->progress);
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

	/* Should it end between these two, the description fits neither file and is not believed. */
	if (!sidecar_write(job->sidecar, &sidecar, problem))
		return false;
	if (rename(job->partial, job->target) != 0)
		return failed(problem, job->target);
	if (!sync_directory(job->target, problem))
		return false;
	unlink(job->progress);
	return true;
}

/* Whether TARGET.progress is as take_lock() made it. */
static bool progress_is_empty(const struct job *job)
{
	struct stat status;

	return job->lock >= 0 && fstat(job->lock, &status) == 0 && status.st_size == 0;
}

void job_close(struct job *job)
{
	if (job->ours && job->record.rows_done == 0)
		unlink(job->partial);
	if ((job->ours && job->record.rows_done == 0) || progress_is_empty(job))
		unlink(job->progress);
	interrupt_keeps(job->partial);
	interrupt_keeps(job->progress);
	if (job->data >= 0)
		close(job->data);
	if (job->lock >= 0)
		close(job->lock);
	fingerprint_end(job->content);
	free(job->target);
	free(job->partial);
	free(job->progress);
	free(job->sidecar);
}
