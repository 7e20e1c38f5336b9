/* SPDX-License-Identifier: MIT */
#include "files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "files/retry.h"

char *path_with(const char *path, const char *suffix)
{
	char *whole;

	return asprintf(&whole, "%s%s", path, suffix) >= 0 ? whole : NULL;
}

bool cannot_write(const char *name, struct problem *problem)
{
	return problem_set(problem, "cannot write %s: %s", name, strerror(errno));
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
			return cannot_write(name, problem);
		}
		from += wrote;
		length -= (size_t)wrote;
		offset += (uint64_t)wrote;
	}
	return true;
}

bool write_all(int descriptor, const char *name, const void *bytes, size_t length,
               struct problem *problem)
{
	const char *from = bytes;

	while (length > 0) {
		ssize_t wrote = write(descriptor, from, length);

		if (wrote < 0 && retry(descriptor, POLLOUT))
			continue;
		if (wrote < 0)
			return cannot_write(name, problem);
		from += wrote;
		length -= (size_t)wrote;
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
	return problem_set(problem, "cannot allocate the space for %s: %s", name, strerror(error));
}

bool sync_file(int descriptor, const char *name, struct problem *problem)
{
	while (fsync(descriptor) != 0)
		if (errno != EINTR)
			return cannot_write(name, problem);
	return true;
}

bool sync_data(int descriptor, const char *name, struct problem *problem)
{
	while (fdatasync(descriptor) != 0)
		if (errno != EINTR)
			return cannot_write(name, problem);
	return true;
}

bool sync_directory(const char *path, struct problem *problem)
{
	char *copy = path_with(path, "");
	const char *directory;
	int descriptor;
	bool good;

	if (!copy)
		return problem_set(problem, "there is not enough memory for the names of files");
	directory = dirname(copy);
	descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A directory without read permission cannot be synced. Some file systems cannot sync any
	 * directory (EINVAL). Neither is an error. */
	good = descriptor >= 0 ? fsync(descriptor) == 0 || errno == EINVAL : errno == EACCES;
	if (!good)
		cannot_write(directory, problem);
	if (descriptor >= 0)
		close(descriptor);
	free(copy);
	return good;
}
