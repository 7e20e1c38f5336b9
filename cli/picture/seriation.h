/* SPDX-License-Identifier: MIT
 *
 * Orders in which a similarity matrix is easier to read.
 */
#ifndef CLI_SERIATION_H
#define CLI_SERIATION_H

#include <stdint.h>

#include "session/session.h"

/* Similar rows side by side. order[position] = row; one element for each row.
 * Returns an exit status.
 *
 * Average-linkage clustering (Sokal and Michener, 1958) by chains of nearest neighbours
 * (Murtagh, 1983); the two parts of a cluster are turned so that the more similar of their ends
 * meet (Gruvaeus and Wainer, 1972). Of more than 3000 rows, 3000 evenly spaced ones are clustered
 * and each other row stands beside the most similar of these. */
int seriate_clusters(struct session *session, uint32_t *order);

#endif
