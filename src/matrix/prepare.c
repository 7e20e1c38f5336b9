/* SPDX-License-Identifier: MIT */
#include "matrix/prepare.h"

#include "base/clock.h"

/* Of the triangle that is computed, what does not lie below the rows that are ready. Before all
 * of them are, it is less than 1 in floating point too: at least a tile's rows are left. */
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
	*fraction = 1;
	TRY(gram_plan(gram));
	if (!gram->whole)
		return VKC_SUCCESS;
	if (gram->rows_ready < gram->rows->padded)
		do
			TRY(gram_advance(gram));
		while (gram->rows_ready < gram->rows->padded && seconds_now() - began < seconds);
	*fraction = share_ready(gram);
error:
	return result;
}
