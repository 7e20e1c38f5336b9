/* SPDX-License-Identifier: MIT */
#include "jobs/extend.h"

#include <string.h>

#include "base/size.h"

int extend_open(struct extend *extend, struct session *session)
{
	int status;

	memset(extend, 0, sizeof(*extend));
	extend->session = session;
	status = previous_run_open(&extend->old, session);
	if (status == EXIT_GOOD && session->options->old_embeddings)
		status = previous_run_compare(&extend->old, session);
	if (status == EXIT_GOOD)
		status = session_upload(session);
	return status == EXIT_GOOD ? replay_open(&extend->replay, session, extend->old.rows) : status;
}

uint32_t extend_keep(struct extend *extend, uint32_t start, uint32_t length, uint32_t *sequence)
{
	uint32_t max = min_u32(length, extend->old.length), kept;
	const uint32_t *old;

	sequence[0] = start;
	if (!extend->replay || start >= extend->old.rows)
		return 1;
	old = previous_run_sequence(&extend->old, start);
	kept = replay_keep(extend->replay, old, max);
	memcpy(sequence, old, kept * sizeof(uint32_t));
	extend->elements_kept += kept - 1;
	return kept;
}

void extend_close(struct extend *extend)
{
	previous_run_close(&extend->old);
	replay_close(extend->replay);
}
