/* SPDX-License-Identifier: MIT */
#include "picture/clusters.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* A cluster, as a path through its leaves. */
struct path {
	uint32_t ends[2];
	uint32_t size; /* 0: merged into another */
};

bool clusters_open(struct clusters *clusters, uint32_t leaves)
{
	uint32_t leaf;

	*clusters = (struct clusters){
		.leaves = leaves,
		.similarities = calloc((size_t)leaves * leaves, sizeof(double)),
		.links = calloc(leaves, sizeof(*clusters->links)),
		.paths = calloc(leaves, sizeof(*clusters->paths)),
		.chain = calloc(leaves, sizeof(*clusters->chain)),
	};
	if (!clusters->similarities || !clusters->links || !clusters->paths || !clusters->chain)
		return false;
	for (leaf = 0; leaf < leaves; leaf++) {
		clusters->links[leaf][0] = clusters->links[leaf][1] = NONE;
		clusters->paths[leaf] = (struct path){{leaf, leaf}, 1};
	}
	return true;
}

void clusters_close(struct clusters *clusters)
{
	free(clusters->similarities);
	free(clusters->links);
	free(clusters->paths);
	free(clusters->chain);
	memset(clusters, 0, sizeof(*clusters));
}

static double *between_leaves(struct clusters *clusters, uint32_t a, uint32_t b)
{
	size_t row = a > b ? a : b, column = a > b ? b : a;

	return clusters->similarities + row * clusters->leaves + column;
}

/* The sum of the similarities between their leaves. The library's similarities are multiples of
 * 2^-30, so the sum is exact for thousands of leaves. */
static double *between_clusters(struct clusters *clusters, uint32_t a, uint32_t b)
{
	size_t row = a < b ? a : b, column = a < b ? b : a;

	return clusters->similarities + row * clusters->leaves + column;
}

static void link_leaf(struct clusters *clusters, uint32_t leaf, uint32_t to)
{
	clusters->links[leaf][clusters->links[leaf][0] != NONE] = to;
}

/* Merges cluster b into a. */
static void merge(struct clusters *clusters, uint32_t a, uint32_t b)
{
	struct path *left = &clusters->paths[a], *right = &clusters->paths[b];
	double best = -2;
	unsigned i, j, from = 0, to = 0;
	uint32_t other;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			double similarity = *between_leaves(clusters, left->ends[i], right->ends[j]);

			if (similarity > best) {
				best = similarity;
				from = i;
				to = j;
			}
		}
	}
	link_leaf(clusters, left->ends[from], right->ends[to]);
	link_leaf(clusters, right->ends[to], left->ends[from]);
	left->ends[from] = right->ends[!to];

	for (other = 0; other < clusters->leaves; other++)
		if (other != a && other != b && clusters->paths[other].size > 0)
			*between_clusters(clusters, a, other) += *between_clusters(clusters, b, other);
	left->size += right->size;
	right->size = 0;
}

static double average(struct clusters *clusters, uint32_t a, uint32_t b)
{
	double pairs = (double)clusters->paths[a].size * clusters->paths[b].size;

	return *between_clusters(clusters, a, b) / pairs;
}

/* Returns the most similar other cluster. The previous cluster of the chain wins ties, so each step
 * of the chain has a higher average than the last and no cluster occurs twice. The average to a
 * merged cluster never exceeds those to both of its parts, so the rest of the chain stays valid.
 * Averages are quotients of exact sums, rounded once, which preserves their order. */
static uint32_t nearest(struct clusters *clusters, uint32_t cluster, uint32_t before)
{
	uint32_t best = before, other;
	double max = before == NONE ? -2 : average(clusters, cluster, before);

	for (other = 0; other < clusters->leaves; other++) {
		double similarity;

		if (other == cluster || clusters->paths[other].size == 0)
			continue;
		similarity = average(clusters, cluster, other);
		if (similarity > max) {
			max = similarity;
			best = other;
		}
	}
	return best;
}

static void join_all(struct clusters *clusters)
{
	uint32_t left = clusters->leaves, length = 0, first = 0;

	while (left > 1) {
		uint32_t top, next;

		if (length == 0) {
			while (clusters->paths[first].size == 0)
				first++;
			clusters->chain[length++] = first;
		}
		top = clusters->chain[length - 1];
		next = nearest(clusters, top, length > 1 ? clusters->chain[length - 2] : NONE);
		if (length > 1 && next == clusters->chain[length - 2]) {
			/* They are mutual nearest neighbours. */
			merge(clusters, next, top);
			length -= 2;
			left--;
		} else {
			clusters->chain[length++] = next;
		}
	}
}

/* Numbers the leaves along the last path. */
static void number_leaves(const struct clusters *clusters, uint32_t *places)
{
	uint32_t i, leaf, before = NONE;

	for (i = 0; clusters->paths[i].size == 0; i++)
		;
	leaf = clusters->paths[i].ends[0];
	for (i = 0; i < clusters->leaves; i++) {
		const uint32_t *links = clusters->links[leaf];
		uint32_t next = links[0] == before ? links[1] : links[0];

		/* The first leaf has one link, which may be in either place. */
		if (before == NONE && links[0] == NONE)
			next = links[1];
		places[leaf] = i;
		before = leaf;
		leaf = next;
	}
}

void clusters_join(struct clusters *clusters, uint32_t *places)
{
	join_all(clusters);
	number_leaves(clusters, places);
}
