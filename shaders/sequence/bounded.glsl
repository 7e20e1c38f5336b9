// SPDX-License-Identifier: MIT
//
// For all kernels of bounded walks. A bounded walk needs no Gram matrix: it compares
// all items with the centroid approximately, with a rigorous bound on the error, and
// computes the exact scores only of the items that the bound cannot tell apart.
// docs/bounded.md derives the bound; the names here are those used there.

#include "common/exact.glsl"
#include "interface/bounded.h"

layout(local_size_x_id = 0) in; // a power of two
#define GROUP gl_WorkGroupSize.x
layout(constant_id = 1) const uint SHIFT = 24; // of a term of a score, as in walk.comp

layout(push_constant) uniform Push { bounded_push push; };

// Where the walk's centroid begins, in quadruples.
uint centroid_begin(uint walk)
{
	return walk * CENTROID_QUADS(push.quads, push.padded);
}

// Where the walk's contenders begin, in words.
uint work_begin(uint walk)
{
	return walk * CONTENDERS_WORDS(push.padded);
}

// The quadruple of the centroid, and its component, with the bit that says whether the item was
// chosen: item % 32.
uint chosen_quad(uint walk, uint item)
{
	return centroid_begin(walk) + CENTROID_CHOSEN(push.quads) + item / 128u;
}

uint chosen_word(uint item)
{
	return (item / 32u) % 4u;
}

// How many terms a workgroup adds in this step to the exact score of the next of its contenders,
// which lacks `behind` terms. `left` are the rounds that the workgroup has left: they bound the
// time of a step with many contenders whose scores lack many terms.
uint next_terms(uint contenders, uint behind, inout uint left)
{
	uint terms = min(behind, max(push.max_terms / contenders, 1u));
	uint rounds = min(left, (terms + push.resolve_width - 1u) / push.resolve_width);
	left -= rounds;
	return min(terms, rounds * push.resolve_width);
}

// Bit c: `item` + c, of four, exists and was not chosen; `chosen` is the word that holds
// their bits.
uint open_items(uint item, uint chosen)
{
	uint left = push.items - min(item, push.items);
	uint exist = left >= 4u ? 15u : (1u << left) - 1u;
	return ~(chosen >> (item % 32u)) & exist;
}
