/* SPDX-License-Identifier: MIT
 *
 * Names of the rows: the user's ids, or row numbers without ids.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include <jansson.h>
#include <stdint.h>

#include "base/options.h"
#include "io/table.h"

struct names {
	json_t *ids;  /* a list with one id per row, or NULL: row numbers */
	json_t *rows; /* from the id as text to the row */
	uint32_t num_rows;
};

/* Loads the ids of --ids or --use-ids. Returns an exit status, after printing the error. */
int names_open(struct names *names, const struct command_line *options, const struct table *table);
void names_close(struct names *names);

/* Finds the row that the value of --start or --row names. Returns an exit status. */
int names_find(const struct names *names, const struct command_line *options, const char *option,
               const char *value, uint32_t *row);

/* Returns a new reference to the row's id or number, or NULL when memory runs out. */
json_t *names_of(const struct names *names, uint32_t row);

/* Returns a new list of the names of rows, or NULL. */
json_t *names_list(const struct names *names, const uint32_t *rows, uint32_t count);

#endif
