/* SPDX-License-Identifier: MIT */
#include "matrix/prepare.h"

#include "base/clock.h"

/* The share of the upper triangle that the ready rows cover. While at least one tile row is
 * missing, it is below 1 in floating point, too. */
static double share_ready(const struct gram *gram)
{
	const double padded = gram->rows->padded;
	const double left = (padded - gram->rows_ready) / padded;
	return 1 - left * left;
}

VkcResult prepare_matrix(struct gram *gram, double seconds, double *fraction)
{
	VkcResult result;
	const double began = seconds_now();
	TRY(gram_plan(gram));
	if (!gram->stored) {
		*fraction = 1;
		return VKC_SUCCESS;
	}
	if (gram->rows_ready < gram->rows->padded)
		do
			TRY(gram_advance(gram));
		while (gram->rows_ready < gram->rows->padded && seconds_now() - began < seconds);
	*fraction = share_ready(gram);
error:
	return result;
}
