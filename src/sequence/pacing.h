/* SPDX-License-Identifier: MIT
 *
 * How many sequences to compute together, so that a batch takes a given time. Measured batches tell
 * how many are possible. A measurement can have other causes, such as the creation of pipelines or a
 * suspended machine, so each one only counts until the next. */
#ifndef VKC_PACING_H
#define VKC_PACING_H

#include <stdint.h>

struct pacing {
	double rate;    /* elements per second in the last batch; 0 = unknown */
	uint32_t batch; /* sequences in the last batch */
};

/* How many sequences of `length` fit into the time at the last rate. While the rate is unknown, one
 * fits into any time. */
uint32_t pacing_fits(const struct pacing *pacing, uint32_t length, double seconds);

/* The number of sequences for the next batch: at least 1, and at most twice the last batch. */
uint32_t pacing_next(const struct pacing *pacing, uint32_t length, double seconds);

/* Records a batch: its sequences, their elements and the time it took. */
void pacing_note(struct pacing *pacing, uint32_t batch, uint64_t elements, double seconds);

#endif
