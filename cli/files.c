/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "interrupt.h"
#include "size.h"

char *path_with(const char *path, const char *suffix)
{
	char *whole;

	return asprintf(&whole, "%s%s", path, suffix) >= 0 ? whole : NULL;
}

static bool no_memory(struct problem *problem)
{
	return problem_set(problem, "there is not enough memory for the names of files");
}

static bool failed(struct problem *problem, const char *action, const char *name)
{
	return problem_set(problem, "cannot %s %s: %s", action, name, strerror(errno));
}

/* What is wrong with the directory that path is to lie in, if anything. */
static bool directory_there(const char *path, struct problem *problem)
{
	char *copy = path_with(path, "");
	struct stat status;
	bool there;

	if (!copy)
		return no_memory(problem);
	there = stat(dirname(copy), &status) == 0;
	if (!there)
		failed(problem, "write", path);
	else if (!S_ISDIR(status.st_mode))
		there = problem_set(problem, "cannot write %s: %s is no directory", path, copy);
	free(copy);
	return there;
}

char *resolve_target(const char *path, struct problem *problem)
{
	struct stat status;
	char *target;

	if (stat(path, &status) != 0 && lstat(path, &status) == 0) {
		problem_set(problem, "cannot write %s: it is a link to something that is not there", path);
		return NULL;
	}
	if (stat(path, &status) != 0)
		return directory_there(path, problem) ? path_with(path, "") : NULL;
	if (!S_ISREG(status.st_mode)) {
		problem_set(problem, "cannot write %s: it is not a regular file", path);
		return NULL;
	}
	target = realpath(path, NULL);
	if (!target)
		failed(problem, "write", path);
	return target;
}

bool write_at(int descriptor, const char *name, const void *bytes, size_t length, uint64_t offset,
              struct problem *problem)
{
	const char *from = bytes;

	while (length > 0) {
		ssize_t wrote = pwrite(descriptor, from, length, (off_t)offset);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			if (wrote == 0)
				errno = ENOSPC;
			return failed(problem, "write", name);
		}
		from += wrote;
		length -= (size_t)wrote;
		offset += (uint64_t)wrote;
	}
	return true;
}

bool reserve_space(int descriptor, const char *name, uint64_t size, struct problem *problem)
{
	struct statvfs space;
	int error;

	if (size > INT64_MAX)
		return problem_set(problem, "cannot write %s: %llu bytes are more than a file can have",
		                   name, (unsigned long long)size);
	do
		error = posix_fallocate(descriptor, 0, (off_t)size);
	while (error == EINTR);
	if (error == 0)
		return true;
	if (error == ENOSPC && fstatvfs(descriptor, &space) == 0)
		return problem_set(problem,
		                   "cannot write %s: it needs %llu bytes, and its disk has only %llu left",
		                   name, (unsigned long long)size,
		                   (unsigned long long)space.f_bavail * space.f_frsize);
	errno = error;
	failed(problem, "take the space for", name);
	return false;
}

bool sync_directory(const char *path, struct problem *problem)
{
	char *copy = path_with(path, "");
	const char *directory;
	int descriptor;
	bool good;

	if (!copy)
		return no_memory(problem);
	directory = dirname(copy);
	descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems cannot sync a directory (EINVAL); then there is nothing to wait for. */
	good = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL);
	if (!good)
		failed(problem, "write", directory);
	if (descriptor >= 0)
		close(descriptor);
	free(copy);
	return good;
}

/* Opens a new file TARGET.xxxxxx as open to others as files usually are, which mkstemp() does
 * not: the mask cannot be read without changing it for the driver's threads, too. */
static bool open_temporary(struct output *output)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char random[6];
	char suffix[sizeof(random) + 2] = ".";
	int attempt;
	size_t i;

	for (attempt = 0; attempt < 100; attempt++) {
		if (getentropy(random, sizeof(random)) != 0)
			return false;
		for (i = 0; i < sizeof(random); i++)
			suffix[i + 1] = letters[random[i] % (sizeof(letters) - 1)];
		free(output->temporary);
		output->temporary = path_with(output->target, suffix);
		if (!output->temporary)
			return false;
		output->descriptor =
			open(output->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (output->descriptor >= 0 || errno != EEXIST)
			break;
	}
	return output->descriptor >= 0;
}

static bool begin_output(struct output *output, const char *target, struct problem *problem)
{
	memset(output, 0, sizeof(*output));
	output->descriptor = -1;
	output->target = resolve_target(target, problem);
	return output->target != NULL;
}

/* After the temporary file was to be opened. */
static bool opened(struct output *output, struct problem *problem)
{
	if (output->descriptor >= 0) {
		interrupt_removes(output->temporary);
		return true;
	}
	failed(problem, "write", output->target);
	free(output->temporary);
	output->temporary = NULL;
	return false;
}

bool output_create(struct output *output, const char *target, uint64_t size,
                   struct problem *problem)
{
	if (!begin_output(output, target, problem))
		return false;
	open_temporary(output);
	return opened(output, problem) &&
	       (size == 0 || reserve_space(output->descriptor, target, size, problem));
}

bool output_create_alone(struct output *output, const char *target, struct problem *problem)
{
	if (!begin_output(output, target, problem))
		return false;
	output->temporary = path_with(output->target, ".partial");
	if (output->temporary)
		output->descriptor =
			open(output->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return opened(output, problem);
}

bool output_append(struct output *output, const void *bytes, size_t length,
                   struct problem *problem)
{
	if (!write_at(output->descriptor, output->target, bytes, length, output->used, problem))
		return false;
	output->used += length;
	return true;
}

static bool synced(const struct output *output, struct problem *problem)
{
	return fsync(output->descriptor) == 0 || failed(problem, "write", output->target);
}

static bool renamed(struct output *output, struct problem *problem)
{
	if (rename(output->temporary, output->target) != 0)
		return failed(problem, "write", output->target);
	interrupt_keeps(output->temporary);
	free(output->temporary);
	output->temporary = NULL;
	return sync_directory(output->target, problem);
}

bool output_commit(struct output *output, struct problem *problem)
{
	return synced(output, problem) && renamed(output, problem);
}

bool output_commit_pair(struct output *first, struct output *second, struct problem *problem)
{
	if (!synced(first, problem) || !synced(second, problem))
		return false;
	if (unlink(second->target) != 0 && errno != ENOENT)
		return failed(problem, "write", second->target);
	return sync_directory(second->target, problem) && renamed(first, problem) &&
	       renamed(second, problem);
}

void output_close(struct output *output)
{
	if (output->temporary) {
		unlink(output->temporary);
		interrupt_keeps(output->temporary);
	}
	if (output->target && output->descriptor >= 0)
		close(output->descriptor);
	free(output->temporary);
	free(output->target);
	memset(output, 0, sizeof(*output));
}
