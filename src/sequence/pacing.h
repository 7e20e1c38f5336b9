/* SPDX-License-Identifier: MIT
 *
 * How many sequences to compute together. A batch takes about the time of a call, or longer where
 * that is much faster, because sequences share work. Measured batches tell what is possible. A
 * measurement can have other causes, such as the creation of pipelines or a suspended machine, so
 * no decision is final. */
#ifndef VKC_PACING_H
#define VKC_PACING_H

#include <stdint.h>

struct pacing {
	double rate;        /* elements per second in the last batch; 0 = unknown */
	uint32_t batch;     /* sequences in the last batch */
	unsigned stretch;   /* log2 of how many times as long as a call a batch may take */
	double trial_rate;  /* the rate before `stretch` was raised, until the next full batch, or 0 */
	unsigned wait;      /* full batches before it is raised again */
	unsigned next_wait; /* the wait after the next attempt that does not pay */
};

/* The time that a call of `seconds` may take. */
double pacing_time(const struct pacing *pacing, double seconds);

/* How many sequences of `length` fit into the time at the last rate. While the rate is unknown, one
 * fits into any time. */
uint32_t pacing_fits(const struct pacing *pacing, uint32_t length, double seconds);

/* The number of sequences for the next batch: at least 1, and at most twice the last batch. */
uint32_t pacing_next(const struct pacing *pacing, uint32_t length, double seconds);

/* Records a batch: its sequences, their elements and the time it took. */
void pacing_note(struct pacing *pacing, uint32_t batch, uint64_t elements, double seconds);

/* Decides about longer batches, after a batch that was as large as the time of a call allowed and
 * was not stopped. */
void pacing_note_full(struct pacing *pacing);

#endif
