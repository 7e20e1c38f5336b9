// SPDX-License-Identifier: MIT
//
// What the kernels of bounded walks share. A bounded walk needs no Gram matrix: it compares
// all items with the centroid approximately, with a rigorous bound on the error, and
// computes the exact scores only of the items that the bound cannot tell apart.
// docs/bounded.md derives the bound; the names here are those used there.

#include "common/exact.glsl"

layout(local_size_x_id = 0) in; // a power of two
#define GROUP gl_WorkGroupSize.x
layout(constant_id = 1) const int SHIFT = 19; // of a term of a score, as in walk.glsl

layout(push_constant) uniform Push
{
	uint items;           // n
	uint padded;          // n in whole tiles
	uint quads;           // quadruples of a row of fixed point
	uint counters;        // quadruples of state before the counters,
	uint orders;          // the orders,
	uint scores;          // and the approximate scores
	uint order_quads;     // quadruples of one order
	uint given;           // elements of an order that are given; at least 1
	uint length;          // elements of an order
	uint centroid_quads;  // quadruples of one walk's centroid
	uint work_words;      // words of one walk's work
	uint coarse_shift;    // a coarse number is a fixed-point one shifted down by this
	uint root;            // at least the square root of the dimension
	uint coarse_norm;     // at least the norm of a coarse row
	uint a_item;          // the first item of the first block bound, and their number
	uint a_items;
	uint b_item;          // the same of the second
	uint b_items;
	uint walks;
	uint max_terms;      // that one walk adds to exact scores in a step
	uint resolve_groups;  // workgroups that share a walk's contenders, each every so many,
	uint resolve_width;   // terms that one of them computes at once,
	uint resolve_rounds;  // and how often in a step: drivers may end long loops early
};

// A walk's centroid, in quadruples: the head (shift, pending, unused, unused), the bounds
// (error of the exact scores: low and high word; twice the error of the approximate
// scores: low and high word), the centroid shifted to 31 bits, its exact low words, its
// exact high words, and a bit for each item that was chosen.
#define HEAD 0u
#define BOUNDS 1u
#define CENTROID 2u
#define EXACT_LOW (2u + quads)
#define EXACT_HIGH (2u + 2u * quads)
#define CHOSEN (2u + 3u * quads)

// A walk's work, in words: the number of contenders; their items; for each item the exact
// score (low and high word) and the number of rows that it contains; for each quadruple of
// items the lowest approximate score of those that were not chosen (low and high word).
#define CONTENDERS 4u
#define EXACT (4u + padded)
#define LOWEST (4u + 5u * padded)

// How many terms a workgroup adds in this step to the next of its contenders, which is `behind`
// terms behind, where it has `left` of its rounds: with many contenders that are far behind, one
// step could otherwise take arbitrarily long.
uint next_terms(uint contenders, uint behind, inout uint left)
{
	uint terms = min(behind, max(max_terms / contenders, 1u));
	uint rounds = min(left, (terms + resolve_width - 1u) / resolve_width);
	left -= rounds;
	return min(terms, rounds * resolve_width);
}

// Above all scores: no item.
#define NOTHING i64_from_parts(0xffffffffu, 0x7fffffffu)

// Bit c: `item` + c, of four, exists and was not chosen; `chosen` is the word of CHOSEN that
// holds their bits.
uint open_items(uint item, uint chosen)
{
	uint exist = item + 4u <= items ? 15u : item < items ? (1u << (items - item)) - 1u : 0u;
	return ~(chosen >> (item % 32u)) & exist;
}
