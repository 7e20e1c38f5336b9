/* SPDX-License-Identifier: MIT
 *
 * One table of a benchmark: to a person on standard output, to a file as CSV, where
 * every row repeats what was measured and on what. */
#ifndef REPORT_H
#define REPORT_H

#include "data.h"
#include "support.h"

/* `columns`: names separated by spaces. */
void report_begin(const char *columns, const struct settings *settings,
                  const VkComputeContext *ctx, const struct data *data);

/* Begins the next row. */
void report_row(void);
/* Goes back to a row, counted from 0. */
void report_select(uint32_t row);

/* Sets a cell of the row; those not set are empty. */
void report_set(const char *column, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets runs, seconds (median) and times (all of them, in their order). */
void report_times(const struct times *times);

/* Prints the table and writes the CSV file if settings name one. */
void report_end(void);

#endif
