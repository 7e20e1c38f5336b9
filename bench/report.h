/* SPDX-License-Identifier: MIT
 *
 * The result table of a benchmark: printed to standard output, and written to a CSV file
 * whose rows all repeat the device, the data and the versions. */
#ifndef REPORT_H
#define REPORT_H

#include "data.h"
#include "support.h"

/* `columns`: names separated by spaces. */
void report_begin(const char *columns, const struct settings *settings,
                  const VkComputeContext *ctx, const struct data *data);

/* Appends a row and selects it. */
void report_row(void);
/* Selects an existing row; rows are numbered from 0. */
void report_select(uint32_t row);

/* Sets a cell of the selected row. Other cells stay empty. */
void report_set(const char *column, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets the cells runs, seconds (the median) and times (all, in order). */
void report_times(const struct times *times);

/* Prints the table and writes the CSV file, if the settings name one. */
void report_end(void);

#endif
