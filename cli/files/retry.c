/* SPDX-License-Identifier: MIT */
#include "files/retry.h"

#include <errno.h>
#include <poll.h>

bool retry(int descriptor, short events)
{
	struct pollfd ready = {.fd = descriptor, .events = events};

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	/* Making the descriptor blocking would affect all processes that share it. */
	return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}
