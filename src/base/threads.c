/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity() */
#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

#include "base/minmax.h"

struct worker {
	void (*work)(void *context, uint32_t part);
	void *context;
	uint32_t part;
	bool started;
	pthread_t thread;
};

uint32_t threads_usable(uint32_t forced)
{
	cpu_set_t processors;
	if (forced)
		return min_u32(forced, MAX_THREADS);
	/* Fails where there are more processors than the set has room for. */
	if (sched_getaffinity(0, sizeof(processors), &processors))
		return MAX_THREADS;
	return max_u32(1, min_u32((uint32_t)CPU_COUNT(&processors), MAX_THREADS));
}

static void *run_worker(void *argument)
{
	const struct worker *worker = argument;
	worker->work(worker->context, worker->part);
	return NULL;
}

void threads_run(uint32_t num_parts, void (*work)(void *context, uint32_t part), void *context)
{
	struct worker workers[MAX_THREADS];
	sigset_t all, before;
	/* Threads inherit the mask. The handlers of the application run in its own threads, except for
	 * signals that an instruction raises: blocked, these would end the process. */
	static const int raised[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
	sigfillset(&all);
	for (size_t i = 0; i < sizeof(raised) / sizeof(raised[0]); i++)
		sigdelset(&all, raised[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (uint32_t i = 1; i < num_parts; i++) {
		workers[i] = (struct worker){.work = work, .context = context, .part = i};
		workers[i].started =
			pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work(context, 0);
	for (uint32_t i = 1; i < num_parts; i++)
		if (!workers[i].started)
			work(context, i);
	for (uint32_t i = 1; i < num_parts; i++)
		if (workers[i].started)
			pthread_join(workers[i].thread, NULL);
}
