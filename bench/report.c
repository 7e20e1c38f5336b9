/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 64
#define MAX_COLUMNS 32
#define CELL 256

/* These columns are the same in every row. The printed table shows them in its header. */
static const char common_columns[] = "device driver library processor threads data n d";
#define COMMON 8

static struct {
	char names[1024];
	const char *columns[MAX_COLUMNS];
	char cells[MAX_ROWS][MAX_COLUMNS][CELL];
	char common[COMMON][CELL];
	uint32_t num_columns, num_rows, row;
	const char *csv;
} report;

static void processor_name(char *name, size_t size)
{
	char line[CELL];
	FILE *file = fopen("/proc/cpuinfo", "r");
	snprintf(name, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		const char *value = strstr(line, ": ");
		if (value && !strncmp(line, "model name", 10)) {
			snprintf(name, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
			break;
		}
	}
	if (file)
		fclose(file);
}

void report_begin(const char *columns, const struct settings *settings,
                  const VkComputeContext *ctx, const struct data *data)
{
	VkcDeviceInfo info = context_info(ctx);
	uint32_t version = vkc_version();
	report.csv = settings->csv;
	report.num_rows = report.num_columns = 0;
	snprintf(report.names, sizeof(report.names), "%s %s", common_columns, columns);
	for (char *name = strtok(report.names, " "); name; name = strtok(NULL, " ")) {
		if (report.num_columns == MAX_COLUMNS)
			die("The table has too many columns.");
		report.columns[report.num_columns++] = name;
	}
	snprintf(report.common[0], CELL, "%.255s", info.name);
	snprintf(report.common[1], CELL, "%.255s", info.driver);
	snprintf(report.common[2], CELL, "%u.%u.%u", version / 1000000, version / 1000 % 1000,
	         version % 1000);
	processor_name(report.common[3], CELL);
	snprintf(report.common[4], CELL, "%lu", settings->threads);
	snprintf(report.common[5], CELL, "%s", data->name);
	snprintf(report.common[6], CELL, "%u", data->n);
	snprintf(report.common[7], CELL, "%u", data->d);
}

void report_row(void)
{
	if (report.num_rows == MAX_ROWS)
		die("The table has too many rows.");
	memset(report.cells[report.num_rows], 0, sizeof(report.cells[0]));
	memcpy(report.cells[report.num_rows], report.common, sizeof(report.common));
	report.row = report.num_rows++;
}

void report_select(uint32_t row)
{
	report.row = row;
}

void report_set(const char *column, const char *format, ...)
{
	va_list arguments;
	for (uint32_t c = 0; c < report.num_columns; c++) {
		if (strcmp(report.columns[c], column) != 0)
			continue;
		va_start(arguments, format);
		vsnprintf(report.cells[report.row][c], CELL, format, arguments);
		va_end(arguments);
		return;
	}
	die("The table has no column '%s'.", column);
}

void report_times(const struct times *times)
{
	char text[CELL];
	size_t length = 0;
	text[0] = '\0';
	for (uint32_t i = 0; i < times->count && length + 16 < sizeof(text); i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%.4g",
		                           i ? " " : "", times->seconds[i]);
	report_set("runs", "%u", times->count);
	report_set("seconds", "%.5g", times_median(times));
	report_set("times", "%s", text);
}

/* Counts characters, not bytes. */
static int width_of(const char *text)
{
	int width = 0;
	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void print_line(uint32_t column_end, const int *widths, const char *(*cell)(int, uint32_t),
                       int row)
{
	for (uint32_t c = COMMON; c < column_end; c++) {
		const char *text = cell(row, c);
		if (widths[c])
			printf("%s%*s", text, widths[c] - width_of(text) + 2, "");
	}
	printf("\n");
}

static const char *heading(int row, uint32_t column)
{
	(void)row;
	return report.columns[column];
}

static const char *value(int row, uint32_t column)
{
	return report.cells[row][column];
}

static void print_table(void)
{
	int widths[MAX_COLUMNS] = {0};
	for (uint32_t c = COMMON; c < report.num_columns; c++) {
		for (uint32_t r = 0; r < report.num_rows; r++)
			if (width_of(report.cells[r][c]) > widths[c])
				widths[c] = width_of(report.cells[r][c]);
		/* A column of width 0 is not printed. */
		if (widths[c] && width_of(report.columns[c]) > widths[c])
			widths[c] = width_of(report.columns[c]);
	}
	printf("%s; %s; vulkan_compute %s\n%s, %s threads; data: %s, n = %s, d = %s\n\n",
	       report.common[0], report.common[1], report.common[2], report.common[3],
	       report.common[4], report.common[5], report.common[6], report.common[7]);
	print_line(report.num_columns, widths, heading, 0);
	for (uint32_t r = 0; r < report.num_rows; r++)
		print_line(report.num_columns, widths, value, (int)r);
	printf("\n");
}

static void write_cell(FILE *file, const char *text, bool first)
{
	if (!first)
		fputc(',', file);
	if (!strpbrk(text, ",\"")) {
		fputs(text, file);
		return;
	}
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void write_csv(void)
{
	FILE *file = fopen(report.csv, "w");
	if (!file)
		die("Cannot open %s for writing.", report.csv);
	for (uint32_t c = 0; c < report.num_columns; c++)
		write_cell(file, report.columns[c], c == 0);
	fputc('\n', file);
	for (uint32_t r = 0; r < report.num_rows; r++) {
		for (uint32_t c = 0; c < report.num_columns; c++)
			write_cell(file, report.cells[r][c], c == 0);
		fputc('\n', file);
	}
	if (ferror(file) | fclose(file))
		die("Cannot write %s.", report.csv);
}

void report_end(void)
{
	print_table();
	if (report.csv)
		write_csv();
}
