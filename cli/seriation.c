/* SPDX-License-Identifier: MIT */
#include "seriation.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "size.h"

#define MOST_LEAVES 3000
#define PANEL_BYTES (32u << 20)
#define NONE UINT32_MAX

/* A cluster is a path through its leaves; each leaf knows its neighbours on it. */
struct path {
	uint32_t ends[2];
	uint32_t size; /* 0: merged into another */
};

struct clusters {
	uint32_t leaves;
	/* Below the diagonal the similarities of leaves, above it those of clusters. */
	float *similarities;
	uint32_t (*links)[2]; /* of a leaf: its neighbours, or NONE */
	struct path *paths;
	uint32_t *chain;
};

static float *between_leaves(struct clusters *clusters, uint32_t a, uint32_t b)
{
	size_t row = a > b ? a : b, column = a > b ? b : a;

	return clusters->similarities + row * clusters->leaves + column;
}

static float *between_clusters(struct clusters *clusters, uint32_t a, uint32_t b)
{
	size_t row = a < b ? a : b, column = a < b ? b : a;

	return clusters->similarities + row * clusters->leaves + column;
}

static void link_leaf(struct clusters *clusters, uint32_t leaf, uint32_t to)
{
	clusters->links[leaf][clusters->links[leaf][0] != NONE] = to;
}

/* Cluster b becomes a part of a. */
static void merge(struct clusters *clusters, uint32_t a, uint32_t b)
{
	struct path *left = &clusters->paths[a], *right = &clusters->paths[b];
	float best = -2;
	unsigned i, j, from = 0, to = 0;
	uint32_t other;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			float similarity = *between_leaves(clusters, left->ends[i], right->ends[j]);

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

	for (other = 0; other < clusters->leaves; other++) {
		float *merged;

		if (other == a || other == b || clusters->paths[other].size == 0)
			continue;
		merged = between_clusters(clusters, a, other);
		*merged = (*merged * (float)left->size +
		           *between_clusters(clusters, b, other) * (float)right->size) /
		          (float)(left->size + right->size);
	}
	left->size += right->size;
	right->size = 0;
}

/* The most similar other cluster; the one before on the chain wins ties, so that chains end. */
static uint32_t nearest(struct clusters *clusters, uint32_t cluster, uint32_t before)
{
	uint32_t best = before, other;
	float most = before == NONE ? -2 : *between_clusters(clusters, cluster, before);

	for (other = 0; other < clusters->leaves; other++) {
		if (other == cluster || clusters->paths[other].size == 0)
			continue;
		if (*between_clusters(clusters, cluster, other) > most) {
			most = *between_clusters(clusters, cluster, other);
			best = other;
		}
	}
	return best;
}

static void cluster(struct clusters *clusters)
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
			/* Each is the other's nearest. */
			merge(clusters, next, top);
			length -= 2;
			left--;
		} else {
			clusters->chain[length++] = next;
		}
	}
}

/* Place of each leaf on the one path that is left. */
static void number_leaves(const struct clusters *clusters, uint32_t *places)
{
	uint32_t i, leaf, before = NONE;

	for (i = 0; clusters->paths[i].size == 0; i++)
		;
	leaf = clusters->paths[i].ends[0];
	for (i = 0; i < clusters->leaves; i++) {
		const uint32_t *links = clusters->links[leaf];
		uint32_t next = links[0] == before ? links[1] : links[0];

		/* A leaf at the beginning has one link, which may be in either place. */
		if (before == NONE && links[0] == NONE)
			next = links[1];
		places[leaf] = i;
		before = leaf;
		leaf = next;
	}
}

/* Where a row stands: beside its leaf, the more similar the closer. */
struct standing {
	uint32_t place;
	float similarity;
	uint32_t row;
};

static int by_place(const void *a, const void *b)
{
	const struct standing *left = a, *right = b;

	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	if (left->similarity != right->similarity)
		return left->similarity > right->similarity ? -1 : 1;
	return left->row < right->row ? -1 : 1;
}

/* The row that a leaf stands for. */
static uint32_t row_of(const struct clusters *clusters, uint32_t leaf, uint32_t rows)
{
	return (uint32_t)((uint64_t)leaf * rows / clusters->leaves);
}

static void stand(const struct clusters *clusters, const uint32_t *places, uint32_t rows,
                  uint32_t row, const float *similarities, struct standing *standing)
{
	uint32_t leaf, best = 0;

	for (leaf = 0; leaf < clusters->leaves; leaf++) {
		uint32_t its_row = row_of(clusters, leaf, rows);

		if (its_row == row) {
			*standing = (struct standing){places[leaf], 2, row};
			return;
		}
		if (similarities[its_row] > similarities[row_of(clusters, best, rows)])
			best = leaf;
	}
	*standing = (struct standing){
		places[best], similarities[row_of(clusters, best, rows)], row};
}

/* Goes through all rows of the matrix, or, where places is NULL, through those of the leaves. */
static int stream(struct session *session, struct clusters *clusters, const uint32_t *places,
                  struct standing *standings)
{
	uint32_t rows = session->input.table.rows, first, count, i, leaf = 0, other;
	uint64_t row_bytes = (uint64_t)rows * sizeof(float);
	uint32_t most = (uint32_t)least_u64(rows, PANEL_BYTES / row_bytes + 1);
	float *panel = malloc(most * row_bytes);
	int status = EXIT_GOOD;

	if (!panel) {
		message_error(session->options, "there is not enough memory for the order");
		return EXIT_FAILED;
	}
	for (first = 0; first < rows && status == EXIT_GOOD; first += count) {
		count = least_u32(most, rows - first);
		if (vkc_compute_similarity_rows(session->context, first, count, panel) != VKC_SUCCESS) {
			status = session_failed(session);
			break;
		}
		for (i = 0; i < count; i++) {
			const float *row = panel + (uint64_t)i * rows;

			if (places) {
				stand(clusters, places, rows, first + i, row, &standings[first + i]);
			} else if (leaf < clusters->leaves && row_of(clusters, leaf, rows) == first + i) {
				for (other = 0; other < clusters->leaves; other++)
					clusters->similarities[(size_t)leaf * clusters->leaves + other] =
						row[row_of(clusters, other, rows)];
				leaf++;
			}
		}
	}
	free(panel);
	return status;
}

static bool allocate(struct clusters *clusters, uint32_t rows)
{
	uint32_t leaf;

	clusters->leaves = least_u32(rows, MOST_LEAVES);
	clusters->similarities = calloc((size_t)clusters->leaves * clusters->leaves, sizeof(float));
	clusters->links = calloc(clusters->leaves, sizeof(*clusters->links));
	clusters->paths = calloc(clusters->leaves, sizeof(*clusters->paths));
	clusters->chain = calloc(clusters->leaves, sizeof(*clusters->chain));
	if (!clusters->similarities || !clusters->links || !clusters->paths || !clusters->chain)
		return false;
	for (leaf = 0; leaf < clusters->leaves; leaf++) {
		clusters->links[leaf][0] = clusters->links[leaf][1] = NONE;
		clusters->paths[leaf] = (struct path){{leaf, leaf}, 1};
	}
	return true;
}

int seriate_clusters(struct session *session, uint32_t *order)
{
	uint32_t rows = session->input.table.rows, row;
	struct standing *standings = calloc(rows, sizeof(*standings));
	uint32_t *places = calloc(least_u32(rows, MOST_LEAVES), sizeof(*places));
	struct clusters clusters = {0};
	int status = EXIT_FAILED;

	if (!standings || !places || !allocate(&clusters, rows))
		message_error(session->options, "there is not enough memory for the order");
	else
		status = stream(session, &clusters, NULL, NULL);
	if (status == EXIT_GOOD) {
		cluster(&clusters);
		number_leaves(&clusters, places);
		status = stream(session, &clusters, places, standings);
	}
	if (status == EXIT_GOOD) {
		qsort(standings, rows, sizeof(*standings), by_place);
		for (row = 0; row < rows; row++)
			order[row] = standings[row].row;
	}
	free(clusters.similarities);
	free(clusters.links);
	free(clusters.paths);
	free(clusters.chain);
	free(standings);
	free(places);
	return status;
}
