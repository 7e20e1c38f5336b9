/* SPDX-License-Identifier: MIT
 *
 * The user's own names for the rows, or plain numbers where there are none.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include <jansson.h>
#include <stdint.h>

#include "base/options.h"
#include "io/table.h"

struct names {
	json_t *ids;  /* a list, one for each row, or NULL: numbers */
	json_t *rows; /* id as text -> row */
	uint32_t num_rows;
};

/* As --ids or --use-ids say. Returns an exit status, after printing the error. */
int names_open(struct names *names, const struct command_line *options, const struct table *table);
void names_close(struct names *names);

/* The row that the value of --start or --row means. Returns an exit status. */
int names_find(const struct names *names, const struct command_line *options, const char *option,
               const char *value, uint32_t *row);

/* A new reference: the row's id, or its number. NULL when memory ran out. */
json_t *names_of(const struct names *names, uint32_t row);

/* A new list of rows' names, or NULL. */
json_t *names_list(const struct names *names, const uint32_t *rows, uint32_t count);

#endif
