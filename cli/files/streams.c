/* SPDX-License-Identifier: MIT */
#include "files/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "files/retry.h"

struct stream {
	int descriptor;
	int error; /* errno of the first failure */
};

static struct stream output = {.descriptor = STDOUT_FILENO};
static struct stream errors = {.descriptor = STDERR_FILENO};

static ssize_t write_stream(void *cookie, const char *bytes, size_t length)
{
	struct stream *stream = cookie;
	size_t written = 0;

	while (written < length) {
		ssize_t wrote = write(stream->descriptor, bytes + written, length - written);

		if (wrote < 0 && retry(stream->descriptor, POLLOUT))
			continue;
		if (wrote < 0) {
			if (!stream->error)
				stream->error = errno;
			return 0;
		}
		written += (size_t)wrote;
	}
	return (ssize_t)length;
}

/* glibc loses buffered output if a non-blocking descriptor is not ready. write_stream() waits. */
static FILE *open_stream(struct stream *stream, int buffering)
{
	FILE *file =
		fopencookie(stream, "w", (cookie_io_functions_t){.write = write_stream});

	if (file)
		setvbuf(file, NULL, buffering, BUFSIZ);
	return file;
}

static bool open_descriptors(void)
{
	int descriptor;

	for (descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
		/* The opposite access mode, so that reading standard input and writing the others still
		 * fail, as they do on closed descriptors. */
		int flags = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", flags) < 0)
			return false;
	}
	return true;
}

bool streams_open(void)
{
	FILE *file;

	if (!open_descriptors())
		return false;
	file = open_stream(&output, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
	if (!file)
		return false;
	/* glibc allows assigning to stdout and stderr; printf() uses the new streams. */
	stdout = file;
	file = open_stream(&errors, _IONBF);
	if (!file)
		return false;
	stderr = file;
	return true;
}

int streams_error(void)
{
	return output.error;
}
