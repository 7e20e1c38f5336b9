/* SPDX-License-Identifier: MIT */
#include "files/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files.h"
#include "base/interrupt.h"
#include "files/lock.h"
#include "files/target.h"

static bool no_memory(struct problem *problem)
{
	return problem_set(problem, "there is not enough memory for the names of files");
}

static bool begin(struct output *output, const char *target, struct problem *problem)
{
	*output = (struct output){.descriptor = -1, .lock = -1};
	output->target = target_resolve(target, problem);
	return output->target && target_writable(output->target, problem);
}

/* Opens TARGET + suffix. On failure errno gives the reason. */
static bool open_temporary(struct output *output, const char *suffix)
{
	int error;

	output->temporary = path_with(output->target, suffix);
	if (!output->temporary)
		return false;
	interrupt_add_file(output->temporary);
	output->descriptor = target_open_new(output->target, output->temporary);
	if (output->descriptor >= 0)
		return true;
	error = errno;
	interrupt_forget_file(output->temporary);
	free(output->temporary);
	output->temporary = NULL;
	errno = error;
	return false;
}

/* Opens TARGET.xxxxxx. */
static bool open_random_temporary(struct output *output, struct problem *problem)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char random[6];
	char suffix[sizeof(random) + 2] = ".";
	int attempt;
	size_t i;

	for (attempt = 0; attempt < 100; attempt++) {
		if (getentropy(random, sizeof(random)) != 0)
			break;
		for (i = 0; i < sizeof(random); i++)
			suffix[i + 1] = letters[random[i] % (sizeof(letters) - 1)];
		if (open_temporary(output, suffix))
			return target_attributes(output->descriptor, output->target, problem);
		if (errno != EEXIST)
			break;
	}
	return cannot_write(output->target, problem);
}

static bool open_file(struct output *output, uint64_t size, struct problem *problem)
{
	return open_random_temporary(output, problem) &&
	       (size == 0 || reserve_space(output->descriptor, output->target, size, problem));
}

static bool create(struct output *output, const char *target, uint64_t size,
                   struct problem *problem)
{
	return begin(output, target, problem) && open_file(output, size, problem);
}

bool output_create_locked(struct output *output, const char *target, uint64_t size,
                          struct problem *problem)
{
	if (!begin(output, target, problem))
		return false;
	output->lock_name = path_with(output->target, ".lock");
	if (!output->lock_name)
		return no_memory(problem);
	output->lock = lock_acquire(output->lock_name, output->target, problem);
	return output->lock >= 0 && open_file(output, size, problem);
}

bool output_create_unlocked(struct output *output, const char *target, struct problem *problem)
{
	char *old;

	if (!begin(output, target, problem))
		return false;
	old = path_with(output->target, ".partial");
	if (!old)
		return no_memory(problem);
	unlink(old);
	free(old);
	return open_temporary(output, ".partial")
	           ? target_attributes(output->descriptor, output->target, problem)
	           : cannot_write(output->target, problem);
}

bool output_is_standard(const char *target)
{
	return strcmp(target, "-") == 0;
}

/* Opens a target that is a stream. Returns -1 on failure, with errno 0 if the target is no
 * stream. */
static int open_stream(const char *target)
{
	struct stat status, standard;

	if (output_is_standard(target))
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	if (stat(target, &status) != 0) {
		errno = 0;
		return -1;
	}
	/* /dev/stdout or its file: append, as the shell opened it, and keep what it already holds. */
	if (fstat(STDOUT_FILENO, &standard) == 0 && standard.st_dev == status.st_dev &&
	    standard.st_ino == status.st_ino)
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
		return open(target, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	errno = 0;
	return -1;
}

bool output_open(struct output *output, const char *target, uint64_t size,
                 struct problem *problem)
{
	const char *name = output_is_standard(target) ? "standard output" : target;

	*output = (struct output){.descriptor = -1, .lock = -1};
	output->descriptor = open_stream(target);
	if (output->descriptor < 0)
		return errno == 0 ? create(output, target, size, problem)
		                  : cannot_write(name, problem);
	output->target = path_with(name, "");
	if (!output->target)
		return no_memory(problem);
	return !isatty(output->descriptor) ||
	       problem_set(problem,
	                   "cannot write %s: it is a terminal, and the output is not text; "
	                   "redirect it to a file or a pipe",
	                   name);
}

bool output_append(struct output *output, const void *bytes, size_t length,
                   struct problem *problem)
{
	bool written = output->temporary
	                   ? write_at(output->descriptor, output->target, bytes, length, output->used,
	                              problem)
	                   : write_all(output->descriptor, output->target, bytes, length, problem);

	if (written)
		output->used += length;
	return written;
}

/* Makes the temporary file ready to replace the target. */
static bool sync_output(const struct output *output, struct problem *problem)
{
	return target_attributes(output->descriptor, output->target, problem) &&
	       sync_file(output->descriptor, output->target, problem);
}

static bool rename_output(struct output *output, struct problem *problem)
{
	if (rename(output->temporary, output->target) != 0)
		return cannot_write(output->target, problem);
	interrupt_forget_file(output->temporary);
	free(output->temporary);
	output->temporary = NULL;
	return sync_directory(output->target, problem);
}

bool output_commit(struct output *output, struct problem *problem)
{
	if (!output->temporary)
		return true;
	return sync_output(output, problem) && rename_output(output, problem);
}

bool output_commit_pair(struct output *first, struct output *second, struct problem *problem)
{
	if (!sync_output(first, problem) || !sync_output(second, problem))
		return false;
	if (unlink(second->target) != 0 && errno != ENOENT)
		return cannot_write(second->target, problem);
	return sync_directory(second->target, problem) && rename_output(first, problem) &&
	       rename_output(second, problem);
}

void output_close(struct output *output)
{
	if (output->temporary)
		interrupt_unlink(output->temporary);
	if (output->lock_name) {
		lock_release(output->lock, output->lock_name, false);
		free(output->lock_name);
	}
	if (output->target && output->descriptor >= 0)
		close(output->descriptor);
	free(output->temporary);
	free(output->target);
	memset(output, 0, sizeof(*output));
}
