/* SPDX-License-Identifier: MIT
 *
 * Average-linkage clustering of leaves, which at the end stand on one path: the
 * parts of each cluster are turned so that the more similar of their ends meet
 * (Gruvaeus and Wainer, 1972).
 */
#ifndef CLI_CLUSTERS_H
#define CLI_CLUSTERS_H

#include <stdbool.h>
#include <stdint.h>

struct clusters {
	uint32_t leaves;
	/* leaves x leaves, symmetric; to be filled in, then used up: below the diagonal the
	 * similarities of leaves stay, above it come to stand the sums over pairs of clusters. */
	double *similarities;
	uint32_t (*links)[2]; /* of a leaf: its neighbours on the path of its cluster */
	struct path *paths;
	uint32_t *chain;
};

/* False when memory ran out. clusters_close() follows either way. */
bool clusters_open(struct clusters *clusters, uint32_t leaves);
void clusters_close(struct clusters *clusters);

/* The place of each leaf on the path. */
void clusters_join(struct clusters *clusters, uint32_t *places);

#endif
