/* SPDX-License-Identifier: MIT
 *
 * Average-linkage clustering, which arranges the leaves on one path. Each merge turns the two parts
 * so that their most similar ends meet (Gruvaeus and Wainer, 1972).
 */
#ifndef CLI_CLUSTERS_H
#define CLI_CLUSTERS_H

#include <stdbool.h>
#include <stdint.h>

struct clusters {
	uint32_t leaves;
	/* leaves x leaves, symmetric. The caller fills it in; clusters_join() keeps the similarities of
	 * leaves below the diagonal and replaces those above it by sums over pairs of clusters. */
	double *similarities;
	uint32_t (*links)[2]; /* of each leaf: its neighbours on the path of its cluster */
	struct path *paths;
	uint32_t *chain;
};

/* Returns false when memory runs out. Call clusters_close() in either case. */
bool clusters_open(struct clusters *clusters, uint32_t leaves);
void clusters_close(struct clusters *clusters);

/* Clusters the leaves and returns the place of each on the path. */
void clusters_join(struct clusters *clusters, uint32_t *places);

#endif
