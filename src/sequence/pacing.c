/* SPDX-License-Identifier: MIT */
#include "sequence/pacing.h"

#include "base/minmax.h"

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
