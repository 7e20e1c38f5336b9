// SPDX-License-Identifier: MIT
//
// How a walk's score of an item changes when the row of a newly chosen item is added. The item with
// the lowest score is chosen next.

#include "interface/objective.h"

// The score of an item that was chosen, and of padding: above all others, whatever is added later.
#define CHOSEN_SCORE i64_from_parts(0u, 0x40000000u)

layout(constant_id = 2) const uint OBJECTIVE = OBJECTIVE_CENTROID_FARTHEST;

// Before the first row is added.
I64 objective_first_score()
{
	return I64_ZERO;
}

// Scores of CHOSEN_SCORE and above must stay there: a branch that does not add to the score, but
// replaces it, returns them unchanged.
//
// cosine: of the item with the chosen one. weight: twice that one's norm. The term that is added is
// a multiple of 2^(31 - SHIFT).
I64 objective_update(I64 score, int cosine, uint weight)
{
	switch (OBJECTIVE) {
	case OBJECTIVE_CENTROID_FARTHEST:
	default:
		// The cosine with the sum of the chosen items, times that sum's norm, which is the same
		// for all items of a step. So is what the 1 adds: it keeps the product from being negative,
		// which is faster to multiply.
		return i64_add_shifted(score, u32_mul_high(weight, uint(cosine + (1 << 30))), 31u - SHIFT);
	}
}
