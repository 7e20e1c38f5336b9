/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static char folder[PATH_MAX];
static int original = -1;              /* directory of the process before scratch_open() */
static volatile sig_atomic_t ended_by; /* signal to end with, or 0 */
static volatile sig_atomic_t running;  /* process id of the program, or 0 */

/* ---- The directory --------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	(void)remove(path);
	return 0;
}

static void remove_folder(void)
{
	scratch_leave();
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (ended_by) {
		signal(ended_by, SIG_DFL);
		raise(ended_by);
	}
}

static void end(int number)
{
	ended_by = number;
	if (running)
		kill(running, number);
}

void scratch_open(const char *parent)
{
	char whole[PATH_MAX];
	original = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (original < 0 || !realpath(parent, whole) ||
	    (size_t)snprintf(folder, sizeof(folder), "%s/bench-XXXXXX", whole) >= sizeof(folder) ||
	    !mkdtemp(folder))
		die("Cannot create a directory in %s: %s.", parent, strerror(errno));
	atexit(remove_folder);
	const struct sigaction action = {.sa_handler = end, .sa_flags = SA_RESTART};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (chdir(folder) != 0)
		die("Cannot change to %s: %s.", folder, strerror(errno));
}

void scratch_leave(void)
{
	if (fchdir(original) != 0)
		die("Cannot change back to the original directory: %s.", strerror(errno));
}

void scratch_shader_cache(const char *name)
{
	const char *variables[] = {"MESA_SHADER_CACHE_DIR", "__GL_SHADER_DISK_CACHE_PATH",
	                           "XDG_CACHE_HOME"};
	char path[PATH_MAX + 256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (mkdir(path, 0777) != 0)
		die("Cannot create %s: %s.", path, strerror(errno));
	for (size_t i = 0; i < COUNT(variables); i++)
		setenv(variables[i], path, 1);
}

/* ---- Programs --------------------------------------------------------------------- */

static void replace_process(const char *const *arguments, int output)
{
	int input = open("/dev/null", O_RDONLY);
	if (input >= 0 && dup2(input, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0)
		execv(arguments[0], (char *const *)arguments);
	_exit(127);
}

/* Reads everything, so that the program never blocks, and keeps the beginning. */
static void read_output(int from, char *output, size_t size)
{
	char rest[4096];
	size_t used = 0;
	for (;;) {
		bool room = used + 1 < size;
		ssize_t count = read(from, room ? output + used : rest,
		                     room ? size - 1 - used : sizeof(rest));
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		used += room ? (size_t)count : 0;
	}
	output[used] = '\0';
}

struct outcome run_program(const char *const *arguments)
{
	struct outcome outcome;
	struct rusage usage;
	int ends[2], status;
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("Cannot create a pipe: %s.", strerror(errno));
	double begin = seconds_now();
	/* After fork(), the peak of the child starts at its current size; vfork() and posix_spawn()
	 * would pass on the highest peak of this process. */
	pid_t child = fork();
	if (child == 0)
		replace_process(arguments, ends[1]);
	if (child < 0)
		die("Cannot start %s: %s.", arguments[0], strerror(errno));
	running = child;
	close(ends[1]);
	if (ended_by)
		kill(child, ended_by);
	read_output(ends[0], outcome.output, sizeof(outcome.output));
	while (wait4(child, &status, 0, &usage) < 0)
		if (errno != EINTR)
			die("Cannot wait for %s: %s.", arguments[0], strerror(errno));
	outcome.seconds = seconds_now() - begin;
	running = 0;
	close(ends[0]);
	if (ended_by)
		exit(1);
	if (WIFSIGNALED(status))
		die("%s%s %s: killed by signal %d.", outcome.output, arguments[0], arguments[1],
		    WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		die("%s%s %s: exit status %d.", outcome.output, arguments[0], arguments[1],
		    WEXITSTATUS(status));
	outcome.peak = (uint64_t)usage.ru_maxrss * 1024;
	return outcome;
}

/* ---- Files ------------------------------------------------------------------------ */

bool same_bytes(const char *path, uint64_t skip, const char *other)
{
	static char a[1 << 16], b[1 << 16];
	FILE *files[2] = {fopen(path, "rb"), fopen(other, "rb")};
	if (!files[0] || !files[1] || fseeko(files[0], (off_t)skip, SEEK_SET) != 0)
		die("Cannot compare %s and %s.", path, other);
	size_t count;
	bool same;
	do {
		count = fread(a, 1, sizeof(a), files[0]);
		same = fread(b, 1, sizeof(b), files[1]) == count && !memcmp(a, b, count);
	} while (same && count > 0);
	fclose(files[0]);
	fclose(files[1]);
	return same;
}
