/* SPDX-License-Identifier: MIT */
#include "files/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files.h"
#include "base/interrupt.h"

/* Whether the name still refers to the open file. Another process may have removed it. */
static bool is_named(int lock, const char *name, struct stat *opened)
{
	struct stat named;

	return fstat(lock, opened) == 0 && stat(name, &named) == 0 &&
	       opened->st_ino == named.st_ino && opened->st_dev == named.st_dev;
}

static int take(const char *name, const char *target, struct problem *problem)
{
	for (;;) {
		int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
		struct stat status;

		if (lock < 0) {
			cannot_write(name, problem);
			return -1;
		}
		if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
			if (errno == EWOULDBLOCK)
				problem_set(problem, "another vulkan-compute is writing %s now", target);
			else
				cannot_write(name, problem);
			close(lock);
			return -1;
		}
		if (is_named(lock, name, &status)) {
			if (S_ISREG(status.st_mode)) {
				if (status.st_size == 0)
					interrupt_add_file(name);
				return lock;
			}
			problem_set(problem, "cannot write %s: it is not a regular file", name);
			close(lock);
			return -1;
		}
		close(lock);
	}
}

int lock_acquire(const char *name, const char *target, struct problem *problem)
{
	sigset_t before;
	int lock;

	/* A signal between locking and registering the file would leave it behind. Registering it
	 * earlier could remove the lock of another process. */
	interrupt_block(&before);
	lock = take(name, target, problem);
	interrupt_unblock(&before);
	return lock;
}

void lock_release(int lock, const char *name, bool remove)
{
	struct stat status;

	if (lock < 0)
		return;
	if (remove || (fstat(lock, &status) == 0 && status.st_size == 0))
		interrupt_unlink(name);
	else
		interrupt_forget_file(name);
	close(lock);
}
