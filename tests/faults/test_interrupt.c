/* SPDX-License-Identifier: MIT
 *
 * Ctrl-C during a long call. A C program ends at once, because the library installs no handler.
 * LuaJIT turns the signal into an error and returns within a second or two on an idle machine, with
 * the context intact.
 */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MOST_SECONDS = 5 /* on a busy machine */
};

struct job {
	pid_t pid;
	FILE *output;
};

static struct job start(const char *const *command)
{
	struct job job;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	job.pid = fork();
	assert_true(job.pid >= 0);
	if (job.pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		signal(SIGINT, SIG_DFL);
		execvp(command[0], (char *const *)command);
		_exit(127);
	}
	close(ends[1]);
	job.output = fdopen(ends[0], "r");
	assert_non_null(job.output);
	return job;
}

static void expect_line(struct job *job, const char *expected)
{
	char line[512];

	if (!fgets(line, sizeof(line), job->output))
		snprintf(line, sizeof(line), "nothing\n");
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, expected) != 0) {
		kill(job->pid, SIGKILL);
		fail_msg("the job said \"%s\", expected \"%s\"", line, expected);
	}
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Sends Ctrl-C in the middle of the work. */
static double interrupt(struct job *job)
{
	const struct timespec while_working = {.tv_nsec = 700 * 1000 * 1000};

	expect_line(job, "started");
	nanosleep(&while_working, NULL);
	assert_int_equal(kill(job->pid, SIGINT), 0);
	return seconds_now();
}

static int finish(struct job *job)
{
	int status;

	assert_int_equal(waitpid(job->pid, &status, 0), job->pid);
	fclose(job->output);
	return status;
}

static void test_c(void **state)
{
	const char *const command[] = {VKC_LONG_JOB, NULL};
	struct job job = start(command);
	double begin = interrupt(&job);
	int status = finish(&job);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_true(seconds_now() - begin < MOST_SECONDS);
}

#ifdef VKC_LUAJIT
static void check_lua(const char *name)
{
	const char *const command[] = {VKC_LUAJIT, VKC_LONG_JOB_LUA, name, NULL};
	struct job job = start(command);
	double begin = interrupt(&job);
	double seconds;

	expect_line(&job, "interrupted");
	seconds = seconds_now() - begin;
	printf("Ctrl-C during %s: back after %.2f s\n", name, seconds);
	expect_line(&job, "intact");
	assert_int_equal(finish(&job), 0);
	if (seconds > MOST_SECONDS)
		fail_msg("%s: %.2f s from Ctrl-C to the error", name, seconds);
}

static void test_lua_sequences(void **state)
{
	(void)state;
	check_lua("sequences");
}

static void test_lua_similarity(void **state)
{
	(void)state;
	check_lua("similarity");
}

static void test_lua_neighbors(void **state)
{
	(void)state;
	check_lua("neighbors");
}

/* Work that the library alone would do in one call of many seconds. */
static void test_lua_alone(void **state)
{
	(void)state;
	check_lua("one-similarity");
	check_lua("one-table");
	check_lua("one-sequence");
	check_lua("one-neighbors");
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_c),
#ifdef VKC_LUAJIT
		cmocka_unit_test(test_lua_sequences),
		cmocka_unit_test(test_lua_similarity),
		cmocka_unit_test(test_lua_neighbors),
		cmocka_unit_test(test_lua_alone),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
