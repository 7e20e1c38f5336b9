/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"

#define MAX_FILES 8
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int deferrable[] = {SIGINT, SIGTERM, SIGHUP};

/* By default these do not end the process. */
static const int harmless[] = {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
                               SIGTTIN, SIGTTOU, SIGURG, SIGWINCH};

/* `busy` guards the list, because any of the driver's threads can receive a signal. */
static const char *files[MAX_FILES];
static atomic_flag busy = ATOMIC_FLAG_INIT;
/* A child that a driver forks inherits the list but must not remove the files. */
static pid_t owner;

static const char *volatile deferring;
/* Atomic, because two threads can receive signals at the same moment. */
static atomic_int pending;

static void lock_files(void)
{
	while (atomic_flag_test_and_set(&busy))
		sched_yield();
}

static void remove_files(void)
{
	size_t i;

	lock_files();
	for (i = 0; i < MAX_FILES; i++)
		if (files[i] && getpid() == owner)
			unlink(files[i]);
}

/* A library may call exit(). */
static void remove_files_at_exit(void)
{
	remove_files();
	atomic_flag_clear(&busy);
}

static bool contains(const int *signals, size_t count, int number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (signals[i] == number)
			return true;
	return false;
}

static void write_stderr(const char *sentence)
{
	ssize_t wrote = write(STDERR_FILENO, sentence, strlen(sentence));

	/* If standard error is closed, there is nowhere to report that. */
	(void)wrote;
}

/* Returns true if the program may continue for now. */
static bool defer(int number)
{
	const char *sentence = deferring;
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	int none = 0;

	if (!sentence || !contains(deferrable, COUNT(deferrable), number) ||
	    !atomic_compare_exchange_strong(&pending, &none, number))
		return false;
	/* Ctrl-C also ends the readers of a pipeline. The work at hand must still be completed. */
	signal(SIGPIPE, SIG_IGN);
	/* Do not block on a stopped reader: the second signal must still end the program. */
	if (poll(&ready, 1, 0) == 1)
		write_stderr(sentence);
	return true;
}

static void end_by_signal(int number)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t only;

	sigaction(number, &plain, NULL);
	sigemptyset(&only);
	sigaddset(&only, number);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)context;
	if (defer(number)) {
		/* The interrupted code may be about to check errno. */
		errno = error;
		return;
	}
	/* The list stays locked, so that no new file can be registered. */
	remove_files();
	/* Reading a mapped file that has been truncated raises SIGBUS. A SIGBUS sent by another process
	 * is handled like any other signal. */
	if (number == SIGBUS && info->si_code > 0) {
		write_stderr("vulkan-compute: a file became shorter while it was read, or its "
		             "disk failed\n");
		_exit(EXIT_FAILED);
	}
	end_by_signal(number);
}

void interrupt_install(void)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_RESTART | SA_SIGINFO};
	struct sigaction before;
	int number;

	owner = getpid();
	atexit(remove_files_at_exit);
	sigfillset(&action.sa_mask);
	/* Makes write() fail when a file exceeds the limit of `ulimit -f`. */
	signal(SIGXFSZ, SIG_IGN);
	for (number = 1; number <= SIGRTMAX; number++) {
		if (contains(harmless, COUNT(harmless), number) || sigaction(number, NULL, &before) != 0)
			continue;
		/* Keep ignored signals ignored, as under nohup, and keep the handlers of profilers and
		 * sanitizers. SIGBUS is the exception, because its message explains the cause. */
		if (before.sa_handler == SIG_DFL || (number == SIGBUS && before.sa_handler != SIG_IGN))
			sigaction(number, &action, NULL);
	}
}

void interrupt_block(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, before);
}

void interrupt_unblock(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void begin_change(sigset_t *before)
{
	/* A signal handler in this thread would deadlock on the lock. */
	interrupt_block(before);
	lock_files();
}

static void end_change(const sigset_t *before)
{
	atomic_flag_clear(&busy);
	interrupt_unblock(before);
}

static void forget(const char *path)
{
	size_t i;

	for (i = 0; i < MAX_FILES; i++)
		if (files[i] == path)
			files[i] = NULL;
}

void interrupt_add_file(const char *path)
{
	sigset_t before;
	size_t i;

	begin_change(&before);
	for (i = 0; i < MAX_FILES; i++) {
		if (!files[i]) {
			files[i] = path;
			break;
		}
	}
	end_change(&before);
}

void interrupt_forget_file(const char *path)
{
	sigset_t before;

	begin_change(&before);
	forget(path);
	end_change(&before);
}

void interrupt_unlink(const char *path)
{
	sigset_t before;

	begin_change(&before);
	unlink(path);
	forget(path);
	end_change(&before);
}

void interrupt_defer(const char *sentence)
{
	deferring = sentence;
}

bool interrupt_pending(void)
{
	return pending != 0;
}

void interrupt_raise(void)
{
	end_by_signal(pending);
}
