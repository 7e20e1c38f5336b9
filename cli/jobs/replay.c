/* SPDX-License-Identifier: MIT */
#include "jobs/replay.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "session/panels.h"

/* The code below relies on these facts about this version of the library's results. Sequences
 * follow the order of real arithmetic, so that a new row changes a sequence only where it is
 * chosen. A cosine is that of rows rounded to 28 bits or more, itself rounded to a float. With any
 * other version everything is computed again. Check these facts before changing the number. */
#define KNOWN_RESULT_VERSION 2

/* With more new rows than this, hardly any sequence would keep elements. */
#define MAX_SIMILARITY_BYTES (512ull << 20)

struct replay {
	const struct table *table;
	uint32_t old_rows, new_rows;
	double *norms;       /* of all rows */
	float *similarities; /* old_rows x new_rows */
	double *centre;      /* sum of the rows chosen so far */
	double *row, *next;  /* the last chosen row, the old choice */
	double *scores;      /* of the new rows */
};

static double dot(const double *a, const double *b, uint32_t count)
{
	double sums[8] = {0};
	uint32_t i, lane;

	for (i = 0; i + 8 <= count; i += 8)
		for (lane = 0; lane < 8; lane++)
			sums[lane] += a[i + lane] * b[i + lane];
	for (; i < count; i++)
		sums[0] += a[i] * b[i];
	for (lane = 1; lane < 8; lane++)
		sums[0] += sums[lane];
	return sums[0];
}

static bool is_zero(const double *row, uint32_t columns)
{
	uint32_t i;

	for (i = 0; i < columns; i++)
		if (row[i] != 0)
			return false;
	return true;
}

static bool measure_rows(struct replay *replay)
{
	uint32_t row, columns = replay->table->columns;

	for (row = 0; row < replay->table->rows; row++) {
		double norm;

		table_row(replay->table, row, replay->row);
		norm = sqrt(dot(replay->row, replay->row, columns));
		/* The squares of such numbers overflow or underflow float64. */
		if (!(norm < 1e150) || (norm < 1e-140 && !is_zero(replay->row, columns)))
			return false;
		replay->norms[row] = norm;
	}
	return true;
}

/* Stores the similarities of old rows to new ones, grouped by the old row. */
static int take_new_rows(void *user, uint32_t first, uint32_t count, const float *panel)
{
	struct replay *replay = user;
	uint32_t i, j;

	for (j = 0; j < replay->old_rows; j++) {
		float *to = replay->similarities + (uint64_t)j * replay->new_rows;

		to += first - replay->old_rows;
		for (i = 0; i < count; i++)
			to[i] = panel[(uint64_t)i * replay->table->rows + j];
	}
	return EXIT_GOOD;
}

static bool allocate(struct replay *replay)
{
	size_t columns = replay->table->columns;

	replay->norms = calloc(replay->table->rows, sizeof(double));
	replay->centre = calloc(columns, sizeof(double));
	replay->row = calloc(columns, sizeof(double));
	replay->next = calloc(columns, sizeof(double));
	replay->scores = calloc((size_t)replay->new_rows + 1, sizeof(double));
	replay->similarities =
		calloc((uint64_t)replay->old_rows * replay->new_rows + 1, sizeof(float));
	return replay->norms && replay->centre && replay->row && replay->next && replay->scores &&
	       replay->similarities;
}

int replay_open(struct replay **opened, struct session *session, uint32_t old_rows)
{
	const struct table *table = &session->input.table;
	uint32_t new_rows = table->rows - old_rows;
	struct replay *replay;
	int status;

	*opened = NULL;
	if (vkc_result_version() != KNOWN_RESULT_VERSION || session->options->center) {
		message_note(session->options, "everything is computed again, because %s",
		             session->options->center ? "with --center every new row changes all others"
		                                      : "the library is newer than this program");
		return EXIT_GOOD;
	}
	if ((uint64_t)old_rows * new_rows > MAX_SIMILARITY_BYTES / sizeof(float)) {
		message_note(session->options,
		             "everything is computed again, because %" PRIu32
		             " new rows change almost every sequence",
		             new_rows);
		return EXIT_GOOD;
	}
	replay = calloc(1, sizeof(*replay));
	if (replay)
		*replay = (struct replay){.table = table, .old_rows = old_rows, .new_rows = new_rows};
	if (!replay || !allocate(replay)) {
		replay_close(replay);
		message_error(session->options, "there is not enough memory for --extend");
		return EXIT_FAILED;
	}
	if (!measure_rows(replay)) {
		replay_close(replay);
		message_note(session->options, "everything is computed again, because the lengths of some "
		                               "rows are beyond what float64 can square");
		return EXIT_GOOD;
	}
	status = panels_each(session, old_rows, new_rows, false, take_new_rows, replay);
	if (status != EXIT_GOOD) {
		replay_close(replay);
		return status;
	}
	*opened = replay;
	return EXIT_GOOD;
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	free(replay->norms);
	free(replay->similarities);
	free(replay->centre);
	free(replay->row);
	free(replay->next);
	free(replay->scores);
	free(replay);
}

/* Bounds the total error of the float64 scores of the old choice and of a new row, after `steps`
 * rows of total length `lengths`. Per row: 2^-25 for a new row's cosine, which is a float;
 * sqrt(columns) 2^-28 for rows rounded to 28 bits; 2^-29 for the cosine's 30 bits; and float64's
 * own rounding. */
static double uncertainty(const struct replay *replay, double lengths, uint32_t steps)
{
	double columns = replay->table->columns;
	double relative = 0x1p-25 + sqrt(columns) * 0x1p-28 + columns * 0x1p-57 + 0x1p-29 +
	                  (steps + columns) * 0x1p-50;

	return lengths * relative;
}

/* Adds the chosen row to the centre and to the scores. Returns the lowest new score. */
static double add_chosen(struct replay *replay, uint32_t chosen)
{
	const float *similarities = replay->similarities + (uint64_t)chosen * replay->new_rows;
	double length = replay->norms[chosen], lowest = INFINITY;
	uint32_t i;

	for (i = 0; i < replay->table->columns; i++)
		replay->centre[i] += replay->row[i];
	for (i = 0; i < replay->new_rows; i++) {
		replay->scores[i] += length * (double)similarities[i];
		lowest = replay->scores[i] < lowest ? replay->scores[i] : lowest;
	}
	return lowest;
}

uint32_t replay_keep(struct replay *replay, const uint32_t *sequence, uint32_t length)
{
	uint32_t columns = replay->table->columns, step;
	double lengths = 0;

	memset(replay->centre, 0, columns * sizeof(double));
	memset(replay->scores, 0, replay->new_rows * sizeof(double));
	table_row(replay->table, sequence[0], replay->row);
	for (step = 1; step < length; step++) {
		double lowest = add_chosen(replay, sequence[step - 1]);
		double norm = replay->norms[sequence[step]];
		double *swap, score;

		lengths += replay->norms[sequence[step - 1]];
		table_row(replay->table, sequence[step], replay->next);
		score = norm > 0 ? dot(replay->centre, replay->next, columns) / norm : 0;
		if (!(lowest - score > uncertainty(replay, lengths, step)))
			return step;
		swap = replay->row;
		replay->row = replay->next;
		replay->next = swap;
	}
	return length;
}
