/* SPDX-License-Identifier: MIT
 *
 * Orders rows so that a similarity matrix is easier to read.
 */
#ifndef CLI_SERIATION_H
#define CLI_SERIATION_H

#include <stdint.h>

#include "session/session.h"

/* Places similar rows side by side: order[position] = row. Returns an exit status.
 *
 * Average-linkage clustering (Sokal and Michener, 1958) by chains of nearest neighbours
 * (Murtagh, 1983); each merge turns the two parts so that their most similar ends meet
 * (Gruvaeus and Wainer, 1972). Of more than 3000 rows, only 3000 evenly spaced ones are clustered;
 * every other row is placed next to the most similar of these. */
int seriate_clusters(struct session *session, uint32_t *order);

#endif
