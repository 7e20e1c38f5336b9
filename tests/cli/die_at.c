/* SPDX-License-Identifier: MIT
 *
 * Preloaded into the program: kills it just before its n-th call that changes a file in a
 * folder, as a crash or a power failure would. Files that the driver writes elsewhere do not count.
 *
 *   DIE_FOLDER  watch names with this prefix
 *   DIE_AT      n, counted from 1
 *   DIE_CALL    count only calls of this function
 *   DIE_TORN    when set, a write does half of its work first
 *   DIE_SIGNAL  the number of a signal to send instead of SIGKILL, or "exit" for exit(3)
 *   DIE_AFTER   when set, send it just after the call
 *   DIE_TIMES   how many times to send it; the default is 1
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool watched(const char *name)
{
	const char *folder = getenv("DIE_FOLDER");

	return folder && *folder && strncmp(name, folder, strlen(folder)) == 0;
}

static bool watched_file(int descriptor)
{
	char link[64], name[4096];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, name, sizeof(name) - 1);
	if (length < 0)
		return false;
	name[length] = '\0';
	return watched(name);
}

/* Whether the signal comes at this call on a watched file. */
static bool is_last(const char *function)
{
	static atomic_int calls;
	const char *at = getenv("DIE_AT"), *only = getenv("DIE_CALL");

	if (only && strcmp(only, function) != 0)
		return false;
	return at && atomic_fetch_add(&calls, 1) + 1 == atoi(at);
}

/* Returns only when the signal is not SIGKILL. */
static void die(void)
{
	const char *number = getenv("DIE_SIGNAL"), *times = getenv("DIE_TIMES");
	int i;

	if (number && strcmp(number, "exit") == 0)
		exit(3);
	for (i = 0; i < (times ? atoi(times) : 1); i++)
		raise(number ? atoi(number) : SIGKILL);
}

static void before_call(bool last)
{
	if (last && !getenv("DIE_AFTER"))
		die();
}

static void after_call(bool last)
{
	int error = errno;

	if (last && getenv("DIE_AFTER"))
		die();
	errno = error;
}

/* The function that this library wraps. */
static void *real(const char *function)
{
	return dlsym(RTLD_NEXT, function);
}

#define ON_FILE(function, parameters, descriptor, ...) \
	int function parameters; \
	int function parameters \
	{ \
		bool last = watched_file(descriptor) && is_last(#function); \
		int result, (*next)parameters; \
\
		*(void **)&next = real(#function); \
		before_call(last); \
		result = next(__VA_ARGS__); \
		after_call(last); \
		return result; \
	}

#define ON_NAME(function, parameters, name, ...) \
	int function parameters; \
	int function parameters \
	{ \
		bool last = watched(name) && is_last(#function); \
		int result, (*next)parameters; \
\
		*(void **)&next = real(#function); \
		before_call(last); \
		result = next(__VA_ARGS__); \
		after_call(last); \
		return result; \
	}

ON_FILE(fsync, (int file), file, file)
ON_FILE(fdatasync, (int file), file, file)
ON_FILE(ftruncate, (int file, off_t size), file, file, size)
ON_FILE(posix_fallocate, (int file, off_t at, off_t size), file, file, at, size)
ON_NAME(rename, (const char *from, const char *to), to, from, to)
ON_NAME(unlink, (const char *name), name, name)

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at)
{
	bool last = watched_file(file) && is_last("pwrite");
	ssize_t result, (*next)(int, const void *, size_t, off_t);

	*(void **)&next = real("pwrite");
	if (last && getenv("DIE_TORN"))
		next(file, bytes, length / 2, at);
	before_call(last);
	result = next(file, bytes, length, at);
	after_call(last);
	return result;
}

int open(const char *name, int flags, ...)
{
	int result, (*next)(const char *, int, ...);
	bool last = false;
	mode_t mode = 0;
	va_list more;

	if (flags & O_CREAT) {
		va_start(more, flags);
		mode = va_arg(more, mode_t);
		va_end(more);
		last = watched(name) && is_last("open");
	}
	*(void **)&next = real("open");
	before_call(last);
	result = next(name, flags, mode);
	after_call(last);
	return result;
}
