/* SPDX-License-Identifier: MIT */
#include "jobs/extend.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/size.h"

static int allocate(struct extend *extend, uint32_t max, uint32_t length)
{
	uint64_t numbers = (uint64_t)max * length;

	extend->kept = calloc(max, sizeof(uint32_t));
	extend->order = calloc(max, sizeof(uint32_t));
	extend->prefixes = calloc(numbers, sizeof(uint32_t));
	extend->results = calloc(numbers, sizeof(uint32_t));
	if (extend->kept && extend->order && extend->prefixes && extend->results)
		return EXIT_GOOD;
	message_error(extend->session->options, "there is not enough memory for --extend");
	return EXIT_FAILED;
}

int extend_open(struct extend *extend, struct session *session, uint32_t max, uint32_t length)
{
	int status;

	memset(extend, 0, sizeof(*extend));
	extend->session = session;
	status = previous_run_open(&extend->old, session);
	if (status == EXIT_GOOD)
		status = allocate(extend, max, length);
	if (status == EXIT_GOOD && session->options->old_embeddings)
		status = previous_run_compare(&extend->old, session);
	if (status == EXIT_GOOD)
		status = session_upload(session);
	return status == EXIT_GOOD ? replay_open(&extend->replay, session, extend->old.rows) : status;
}

/* Copies the part of each old sequence in the batch that is still valid. */
static void keep(struct extend *extend, uint32_t first, uint32_t count, uint32_t length,
                 uint32_t *sequences)
{
	uint32_t max = min_u32(length, extend->old.length), i;

	for (i = 0; i < count; i++) {
		uint32_t *sequence = sequences + (uint64_t)i * length;
		const uint32_t *old;

		sequence[0] = first + i;
		extend->kept[i] = 1;
		if (!extend->replay || first + i >= extend->old.rows)
			continue;
		old = previous_run_sequence(&extend->old, first + i);
		extend->kept[i] = replay_keep(extend->replay, old, max);
		memcpy(sequence, old, extend->kept[i] * sizeof(uint32_t));
		extend->elements_kept += extend->kept[i] - 1;
	}
}

static int by_kept(const void *a, const void *b, void *kept)
{
	uint32_t left = ((const uint32_t *)kept)[*(const uint32_t *)a];
	uint32_t right = ((const uint32_t *)kept)[*(const uint32_t *)b];

	return left < right ? 1 : left > right ? -1
	                                       : 0;
}

/* Completes the sequences order[0 … count - 1], which all keep at least `prefix` elements. */
static int complete(struct extend *extend, const uint32_t *order, uint32_t count, uint32_t prefix,
                    uint32_t length, uint32_t *sequences)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		memcpy(extend->prefixes + (uint64_t)i * prefix, sequences + (uint64_t)order[i] * length,
		       prefix * sizeof(uint32_t));
	if (vkc_compute_diversity_sequences(extend->session->context, extend->prefixes, count, prefix,
	                                    length, extend->results) != VKC_SUCCESS)
		return session_failed(extend->session);
	for (i = 0; i < count; i++)
		memcpy(sequences + (uint64_t)order[i] * length, extend->results + (uint64_t)i * length,
		       length * sizeof(uint32_t));
	return EXIT_GOOD;
}

int extend_compute(struct extend *extend, uint32_t first, uint32_t count, uint32_t length,
                   uint32_t *sequences)
{
	/* All prefixes of a call have one length. Recomputing a few elements saves calls. */
	uint32_t slack = length / 32, done, end, i;
	int status = EXIT_GOOD;

	keep(extend, first, count, length, sequences);
	for (i = 0; i < count; i++)
		extend->order[i] = i;
	qsort_r(extend->order, count, sizeof(uint32_t), by_kept, extend->kept);
	for (done = 0; done < count && extend->kept[extend->order[done]] == length;)
		done++;
	for (; done < count && status == EXIT_GOOD; done = end) {
		uint32_t max = extend->kept[extend->order[done]], prefix = max;

		for (end = done; end < count && max - extend->kept[extend->order[end]] <= slack; end++)
			prefix = extend->kept[extend->order[end]];
		status = complete(extend, extend->order + done, end - done, prefix, length, sequences);
	}
	return status;
}

void extend_close(struct extend *extend)
{
	previous_run_close(&extend->old);
	replay_close(extend->replay);
	free(extend->kept);
	free(extend->order);
	free(extend->prefixes);
	free(extend->results);
}
