/* SPDX-License-Identifier: MIT */
#include "sequence/pacing.h"

#include "base/minmax.h"

#define MAX_STRETCH 2   /* log2: four times as long */
#define WORTHWHILE 1.25 /* the gain in rate that justifies batches twice as long */
#define FIRST_WAIT 8
#define MAX_WAIT 64

double pacing_time(const struct pacing *pacing, double seconds)
{
	return seconds * (1u << pacing->stretch);
}

uint32_t pacing_fits(const struct pacing *pacing, uint32_t length, double seconds)
{
	if (!(seconds > 0))
		return 0;
	if (!(pacing->rate > 0))
		return 1;
	const double count = pacing->rate * seconds / length;
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

uint32_t pacing_next(const struct pacing *pacing, uint32_t length, double seconds)
{
	const uint64_t fits = pacing_fits(pacing, length, seconds);
	return (uint32_t)max_u64(1, min_u64(fits, 2 * (uint64_t)pacing->batch));
}

void pacing_note(struct pacing *pacing, uint32_t batch, uint64_t elements, double seconds)
{
	pacing->batch = batch;
	pacing->rate = (double)elements / (seconds + 1e-9);
}

void pacing_note_full(struct pacing *pacing)
{
	const double before = pacing->trial_rate;
	pacing->trial_rate = 0;
	if (before > 0 && pacing->rate < before * WORTHWHILE) {
		pacing->stretch--;
		pacing->next_wait =
			pacing->next_wait ? min_u32(2 * pacing->next_wait, MAX_WAIT) : FIRST_WAIT;
		pacing->wait = pacing->next_wait;
	} else if (pacing->wait > 0) {
		pacing->wait--;
	} else if (pacing->stretch < MAX_STRETCH) {
		pacing->trial_rate = pacing->rate;
		pacing->stretch++;
	}
}
