/* SPDX-License-Identifier: MIT */
#include "jobs/batch_size.h"

#include "base/size.h"

#define AIM_SECONDS 1.0
#define MAX_SECONDS 8.0
#define WORTHWHILE 1.08 /* the gain in rate that justifies a longer call */
#define FIRST_WAIT 8
#define MAX_WAIT 64

static double min_double(double a, double b)
{
	return a < b ? a : b;
}

void batch_size_begin(struct batch_size *size, uint32_t room, uint32_t fixed, double max_seconds)
{
	*size = (struct batch_size){
		/* The first call also does one-time work, so it says little. Growing from 1 is quick. */
		.batch = fixed ? min_u32(fixed, room) : 1,
		.room = room,
		.fixed = fixed != 0,
		.max_seconds = min_double(max_seconds, MAX_SECONDS),
		.aim_seconds = min_double(max_seconds, AIM_SECONDS),
		.next_wait = FIRST_WAIT,
	};
}

static void raise_batch(struct batch_size *size, double rate)
{
	size->smaller = size->batch;
	size->smaller_rate = rate;
	size->batch = (uint32_t)min_u64(size->room, (uint64_t)size->batch * 2);
}

/* Raising the batch did not pay. The next attempt comes later. */
static void undo_raise(struct batch_size *size)
{
	size->batch = size->smaller;
	size->smaller_rate = 0;
	size->wait = size->next_wait;
	size->next_wait = size->next_wait < MAX_WAIT ? size->next_wait * 2 : MAX_WAIT;
}

/* The call took far too long. If that was only a stall, the batch grows again at once. */
static void shrink(struct batch_size *size, double seconds)
{
	uint32_t batch = (uint32_t)(size->batch * (size->aim_seconds / seconds));

	size->batch = batch > 0 ? batch : 1;
	size->wait = 0;
	size->next_wait = FIRST_WAIT;
}

void batch_size_update(struct batch_size *size, uint32_t count, double seconds)
{
	double rate = count / (seconds + 1e-9);
	bool raised = size->smaller_rate > 0, pays;

	/* The last call of a job may be smaller than a batch. */
	if (count < size->batch)
		return;
	size->rate = rate;
	if (size->fixed)
		return;
	if (size->wait > 0)
		size->wait--;
	pays = seconds <= size->aim_seconds * 1.5 || rate >= size->smaller_rate * WORTHWHILE;
	if (raised && (!pays || seconds > size->max_seconds)) {
		undo_raise(size);
		return;
	}
	size->smaller_rate = 0;
	if (seconds > size->max_seconds)
		shrink(size, seconds);
	else if (size->wait == 0 && size->batch < size->room && seconds * 2 <= size->max_seconds)
		raise_batch(size, rate);
}

double batch_size_expected(const struct batch_size *size)
{
	return size->rate > 0 ? size->batch / size->rate : 0;
}
