/* SPDX-License-Identifier: MIT */
#include "pace.h"

#include "size.h"

#define FIRST_BATCH 16
#define AIM_SECONDS 1.0
#define MOST_SECONDS 8.0 /* of a call, however much faster it is */
#define WORTHWHILE 1.08  /* a gain in rate that is worth a longer call */

void pace_begin(struct pace *pace, uint32_t most, uint32_t fixed)
{
	*pace = (struct pace){
		.batch = fixed ? fixed : FIRST_BATCH,
		.most = most,
		.fixed = fixed != 0,
	};
	pace->batch = least_u32(pace->batch, most);
}

static void shrink(struct pace *pace, uint32_t batch)
{
	pace->batch = pace->most = batch > 0 ? batch : 1;
	pace->smaller_rate = 0;
}

void pace_update(struct pace *pace, uint32_t count, double seconds)
{
	double rate = count / (seconds + 1e-9);
	bool first = !pace->warm;

	pace->warm = true;
	/* The last call of a job may be short of a batch. */
	if (pace->fixed || count < pace->batch)
		return;
	if (seconds > MOST_SECONDS) {
		shrink(pace, (uint32_t)(pace->batch * AIM_SECONDS / seconds));
	} else if (seconds > AIM_SECONDS * 1.5 && pace->smaller_rate > 0 &&
	           rate < pace->smaller_rate * WORTHWHILE) {
		shrink(pace, pace->batch / 2);
	} else if (!first && pace->batch < pace->most && seconds * 2 <= MOST_SECONDS) {
		pace->smaller_rate = rate;
		pace->batch = (uint32_t)least_u64(pace->most, (uint64_t)pace->batch * 2);
	}
}
