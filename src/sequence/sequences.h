/* SPDX-License-Identifier: MIT
 *
 * Computing diversity sequences: runs walks over the items, batch by batch. */
#ifndef VKC_SEQUENCES_H
#define VKC_SEQUENCES_H

#include "sequence/strategies.h"

/* The arguments must be valid. */
VkcResult sequences_compute(struct strategies *strategies, const struct objective *objective,
                            const uint32_t *prefixes, uint32_t num_sequences,
                            uint32_t prefix_length, uint32_t length, uint32_t *output);

#endif
