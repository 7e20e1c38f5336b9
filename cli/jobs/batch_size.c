/* SPDX-License-Identifier: MIT */
#include "jobs/batch_size.h"

#include "base/size.h"

#define AIM_SECONDS 1.0
#define MOST_SECONDS 8.0
#define WORTHWHILE 1.08 /* a gain in rate that is worth a longer call */
#define FIRST_REST 8
#define LONGEST_REST 64

static double least(double a, double b)
{
	return a < b ? a : b;
}

void pace_begin(struct pace *pace, uint32_t room, uint32_t fixed, double most_seconds)
{
	*pace = (struct pace){
		/* Whatever the first call has to do besides: the steps up from one are quick. */
		.batch = fixed ? least_u32(fixed, room) : 1,
		.room = room,
		.fixed = fixed != 0,
		.most_seconds = least(most_seconds, MOST_SECONDS),
		.aim_seconds = least(most_seconds, AIM_SECONDS),
		.next_rest = FIRST_REST,
	};
}

static void raise(struct pace *pace, double rate)
{
	pace->smaller = pace->batch;
	pace->smaller_rate = rate;
	pace->batch = (uint32_t)least_u64(pace->room, (uint64_t)pace->batch * 2);
}

/* It was raised for nothing: back, and not so soon again. */
static void take_back(struct pace *pace)
{
	pace->batch = pace->smaller;
	pace->smaller_rate = 0;
	pace->rest = pace->next_rest;
	pace->next_rest = pace->next_rest < LONGEST_REST ? pace->next_rest * 2 : LONGEST_REST;
}

/* Far too long: what lasts as long as it should, from where it grows again after a stall. */
static void shrink(struct pace *pace, double seconds)
{
	uint32_t batch = (uint32_t)(pace->batch * (pace->aim_seconds / seconds));

	pace->batch = batch > 0 ? batch : 1;
	pace->rest = 0;
	pace->next_rest = FIRST_REST;
}

void pace_update(struct pace *pace, uint32_t count, double seconds)
{
	double rate = count / (seconds + 1e-9);
	bool raised = pace->smaller_rate > 0, pays;

	/* The last call of a job may be short of a batch. */
	if (count < pace->batch)
		return;
	pace->rate = rate;
	if (pace->fixed)
		return;
	if (pace->rest > 0)
		pace->rest--;
	pays = seconds <= pace->aim_seconds * 1.5 || rate >= pace->smaller_rate * WORTHWHILE;
	if (raised && (!pays || seconds > pace->most_seconds)) {
		take_back(pace);
		return;
	}
	pace->smaller_rate = 0;
	if (seconds > pace->most_seconds)
		shrink(pace, seconds);
	else if (pace->rest == 0 && pace->batch < pace->room && seconds * 2 <= pace->most_seconds)
		raise(pace, rate);
}

double pace_expected(const struct pace *pace)
{
	return pace->rate > 0 ? pace->batch / pace->rate : 0;
}
