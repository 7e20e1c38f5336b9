/* SPDX-License-Identifier: MIT */
#include "sequence/deadline.h"

#include "base/clock.h"

void deadline_start(struct deadline *deadline)
{
	deadline->began = seconds_now();
	deadline->repeated = deadline->began;
}

bool deadline_check(struct deadline *deadline, uint32_t elements)
{
	const double now = seconds_now();
	if (elements <= deadline->known) {
		deadline->repeated = now;
		return false;
	}
	const double repetition = deadline->repeated - deadline->began;
	deadline->passed = now >= deadline->at && now - deadline->repeated >= repetition;
	return deadline->passed;
}
