/* SPDX-License-Identifier: MIT */
#include "files/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/retry.h"

static bool map(struct file_bytes *file, int descriptor, uint64_t length, struct problem *problem)
{
	void *address;

	if (length > SIZE_MAX)
		return problem_set(problem, "it is larger than this machine's address space");
	address = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (address == MAP_FAILED)
		return problem_set(problem, "%s", strerror(errno));
	file->bytes = file->mapped = address;
	file->length = (size_t)length;
	return true;
}

/* For files that cannot be mapped: pipes, terminals, devices. */
static bool read_all(struct file_bytes *file, int descriptor, struct problem *problem)
{
	size_t capacity = 0, used = 0;
	unsigned char *buffer = NULL;

	for (;;) {
		ssize_t got;

		if (used == capacity) {
			size_t larger = capacity ? capacity * 2 : 1 << 16;
			unsigned char *grown = larger > capacity ? realloc(buffer, larger) : NULL;

			if (!grown) {
				free(buffer);
				return problem_set(problem, "there is not enough memory for what it holds");
			}
			buffer = grown;
			capacity = larger;
		}
		got = read(descriptor, buffer + used, capacity - used);
		if (got < 0 && retry(descriptor, POLLIN))
			continue;
		if (got < 0) {
			problem_set(problem, "%s", strerror(errno));
			free(buffer);
			return false;
		}
		if (got == 0)
			break;
		used += (size_t)got;
	}
	file->bytes = file->owned = buffer;
	file->length = used;
	return true;
}

bool file_bytes_open(struct file_bytes *file, const char *name, struct problem *problem)
{
	bool standard_input = strcmp(name, "-") == 0;
	int descriptor = standard_input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	bool good;

	memset(file, 0, sizeof(*file));
	if (descriptor < 0 || fstat(descriptor, &status) != 0)
		good = problem_set(problem, "%s", strerror(errno));
	else if (S_ISDIR(status.st_mode))
		good = problem_set(problem, "it is a directory where a file was expected");
	else if (S_ISREG(status.st_mode) && status.st_size > 0 &&
	         lseek(descriptor, 0, SEEK_CUR) == 0)
		good = map(file, descriptor, (uint64_t)status.st_size, problem);
	else
		good = read_all(file, descriptor, problem);
	if (descriptor >= 0 && !standard_input)
		close(descriptor);
	return good;
}

void file_bytes_close(struct file_bytes *file)
{
	if (file->mapped)
		munmap(file->mapped, file->length);
	free(file->owned);
	memset(file, 0, sizeof(*file));
}
