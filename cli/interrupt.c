/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define MOST_FILES 4

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static const char *volatile files[MOST_FILES];
static const char *volatile deferring;
/* Signals may come to two threads at the same moment: only one of them is the first. */
static atomic_int noted;
static bool installed;

static void on_signal(int number)
{
	const char *sentence = deferring;
	int none = 0, error = errno;
	size_t i;

	if (sentence && atomic_compare_exchange_strong(&noted, &none, number)) {
		/* Nothing can be done where standard error is closed. */
		ssize_t wrote = write(STDERR_FILENO, sentence, strlen(sentence));

		(void)wrote;
		/* What was interrupted may be about to look at its own. */
		errno = error;
		return;
	}
	for (i = 0; i < MOST_FILES; i++)
		if (files[i])
			unlink(files[i]);
	signal(number, SIG_DFL);
	raise(number);
}

static void install(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction before;
	size_t i;

	if (installed)
		return;
	installed = true;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* What was ignored before, by nohup for example, stays so. */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

void interrupt_removes(const char *path)
{
	size_t i;

	install();
	for (i = 0; i < MOST_FILES; i++) {
		if (!files[i]) {
			files[i] = path;
			return;
		}
	}
}

void interrupt_keeps(const char *path)
{
	size_t i;

	for (i = 0; i < MOST_FILES; i++)
		if (files[i] == path)
			files[i] = NULL;
}

void interrupt_defer(const char *sentence)
{
	deferring = sentence;
	install();
}

bool interrupt_noted(void)
{
	return noted != 0;
}

void interrupt_obey(void)
{
	signal(noted, SIG_DFL);
	raise(noted);
}
