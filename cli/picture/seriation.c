/* SPDX-License-Identifier: MIT */
#include "picture/seriation.h"

#include <stdlib.h>

#include "picture/clusters.h"
#include "base/message.h"
#include "session/panels.h"
#include "base/size.h"

#define MAX_LEAVES 3000

/* Sort key of a row: the place of its leaf, then the similarity to it. */
struct position {
	uint32_t place;
	float similarity;
	uint32_t row;
};

struct seriation {
	struct clusters clusters;
	uint32_t rows;
	uint32_t *places; /* of the leaves */
	struct position *positions;
};

static int by_place(const void *a, const void *b)
{
	const struct position *left = a, *right = b;

	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	if (left->similarity != right->similarity)
		return left->similarity > right->similarity ? -1 : 1;
	return left->row < right->row ? -1 : 1;
}

/* The row that a leaf represents. */
static uint32_t row_of(const struct seriation *seriation, uint32_t leaf)
{
	return (uint32_t)((uint64_t)leaf * seriation->rows / seriation->clusters.leaves);
}

static struct position position_of(const struct seriation *seriation, uint32_t row,
                                   const float *similarities)
{
	const uint32_t *places = seriation->places;
	uint32_t leaf, best = 0;

	for (leaf = 0; leaf < seriation->clusters.leaves; leaf++) {
		uint32_t its_row = row_of(seriation, leaf);

		if (its_row == row)
			return (struct position){places[leaf], 2, row};
		if (similarities[its_row] > similarities[row_of(seriation, best)])
			best = leaf;
	}
	return (struct position){places[best], similarities[row_of(seriation, best)], row};
}

/* Stores the similarities between the rows of the leaves. */
static int take_leaves(void *user, uint32_t first, uint32_t count, const float *panel)
{
	struct seriation *seriation = user;
	struct clusters *clusters = &seriation->clusters;
	uint32_t leaf, other;

	for (leaf = 0; leaf < clusters->leaves; leaf++) {
		uint32_t row = row_of(seriation, leaf);
		double *to = clusters->similarities + (size_t)leaf * clusters->leaves;
		const float *similarities;

		if (row < first || row - first >= count)
			continue;
		similarities = panel + (uint64_t)(row - first) * seriation->rows;
		for (other = 0; other < clusters->leaves; other++)
			to[other] = (double)similarities[row_of(seriation, other)];
	}
	return EXIT_GOOD;
}

static int place_rows(void *user, uint32_t first, uint32_t count, const float *panel)
{
	struct seriation *seriation = user;
	uint32_t i;

	for (i = 0; i < count; i++)
		seriation->positions[first + i] =
			position_of(seriation, first + i, panel + (uint64_t)i * seriation->rows);
	return EXIT_GOOD;
}

int seriate_clusters(struct session *session, uint32_t *order)
{
	uint32_t rows = session->input.table.rows, leaves = min_u32(rows, MAX_LEAVES), row;
	struct seriation seriation = {
		.rows = rows,
		.places = calloc(leaves, sizeof(*seriation.places)),
		.positions = calloc(rows, sizeof(*seriation.positions)),
	};
	int status = EXIT_FAILED;

	if (!clusters_open(&seriation.clusters, leaves) || !seriation.places || !seriation.positions)
		message_error(session->options, "there is not enough memory for the order");
	else
		status = panels_each(session, 0, rows, false, take_leaves, &seriation);
	if (status == EXIT_GOOD) {
		clusters_join(&seriation.clusters, seriation.places);
		status = panels_each(session, 0, rows, false, place_rows, &seriation);
	}
	if (status == EXIT_GOOD) {
		qsort(seriation.positions, rows, sizeof(*seriation.positions), by_place);
		for (row = 0; row < rows; row++)
			order[row] = seriation.positions[row].row;
	}
	clusters_close(&seriation.clusters);
	free(seriation.places);
	free(seriation.positions);
	return status;
}
