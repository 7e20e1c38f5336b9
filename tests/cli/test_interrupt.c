/* SPDX-License-Identifier: MIT
 *
 * Signals in a process with a single thread: no other thread can take those that wait for a
 * handler.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/interrupt.h"

/* Makes standard error a full pipe whose reader does not read. */
static void fill_errors(void)
{
	int ends[2];

	if (pipe2(ends, O_NONBLOCK) != 0 || dup2(ends[1], STDERR_FILENO) < 0)
		_exit(1);
	while (write(STDERR_FILENO, "", 1) == 1) {
	}
	if (fcntl(STDERR_FILENO, F_SETFL, 0) != 0)
		_exit(1);
}

/* The exit status of a child process that runs `act`. */
static int status_of(void (*act)(const char *name), const char *name)
{
	pid_t child = fork();
	int status = -1, waited;

	if (child == 0) {
		interrupt_install();
		act(name);
		_exit(0);
	}
	assert_true(child > 0);
	for (waited = 0; waitpid(child, &status, WNOHANG) == 0; waited++) {
		if (waited == 2000)
			kill(child, SIGKILL);
		usleep(10000);
	}
	return status;
}

static void signal_twice(const char *name)
{
	(void)name;
	fill_errors();
	interrupt_defer("finishing\n");
	raise(SIGTERM);
	if (!interrupt_pending())
		_exit(2);
	raise(SIGTERM);
}

static void test_second_signal_with_a_stopped_reader(void **state)
{
	int status = status_of(signal_twice, NULL);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void signal_with_files(const char *name)
{
	interrupt_add_file(name);
	raise(SIGUSR1);
}

static void signal_after_unlink(const char *name)
{
	interrupt_add_file(name);
	interrupt_unlink(name);
	/* The file now belongs to another process. */
	close(open(name, O_CREAT | O_WRONLY, 0600));
	raise(SIGUSR1);
}

static void exit_in_child(const char *name)
{
	pid_t child;

	interrupt_add_file(name);
	child = fork();
	if (child == 0)
		exit(0);
	waitpid(child, NULL, 0);
}

static void test_files(void **state)
{
	char name[] = "/tmp/vkc_interrupt_XXXXXX";
	int file = mkstemp(name), status;

	(void)state;
	assert_true(file >= 0);
	close(file);
	assert_int_equal(status_of(exit_in_child, name), 0);
	assert_int_equal(access(name, F_OK), 0);
	status = status_of(signal_with_files, name);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	assert_int_equal(access(name, F_OK), -1);
	status = status_of(signal_after_unlink, name);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	assert_int_equal(access(name, F_OK), 0);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_signal_with_a_stopped_reader),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
