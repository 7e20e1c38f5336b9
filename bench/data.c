/* SPDX-License-Identifier: MIT */
#include "data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CENTRES 40

/* SplitMix64. */
static uint64_t random_bits(uint64_t *seed)
{
	uint64_t bits = *seed += 0x9e3779b97f4a7c15u;
	bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
	bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
	return bits ^ (bits >> 31);
}

/* The sum of four uniform numbers: close to normal, with variance 1. */
static double random_normal(uint64_t *seed)
{
	uint64_t bits = random_bits(seed);
	double sum = (double)(bits & 0xffff) + (double)(bits >> 16 & 0xffff) +
	             (double)(bits >> 32 & 0xffff) + (double)(bits >> 48);
	return (sum / 65535 - 2) * sqrt(3);
}

static void fill_clustered(struct data *data)
{
	uint64_t seed = 1;
	double *common = allocate((CENTRES + 2) * (uint64_t)data->d, sizeof(*common));
	double *spread = common + data->d;
	double *centres = spread + data->d;
	for (uint32_t c = 0; c < data->d; c++) {
		spread[c] = 1 / sqrt(1 + c / 16.0);
		common[c] = 0.8 * random_normal(&seed) * spread[c];
	}
	for (uint32_t i = 0; i < CENTRES * data->d; i++)
		centres[i] = 0.6 * random_normal(&seed) * spread[i % data->d];
	for (uint32_t i = 0; i < data->n; i++) {
		float *row = data->rows + (uint64_t)i * data->d;
		const double *centre = centres + random_bits(&seed) % CENTRES * data->d;
		double length = exp(0.05 * random_normal(&seed));
		for (uint32_t c = 0; c < data->d; c++)
			row[c] = (float)(length * (common[c] + centre[c] +
			                           0.8 * spread[c] * random_normal(&seed)));
	}
	free(common);
}

static void fill_random(struct data *data)
{
	uint64_t seed = 2;
	for (uint64_t i = 0; i < (uint64_t)data->n * data->d; i++)
		data->rows[i] = (float)random_normal(&seed);
}

/* Reads the header of an .npy file; the numbers follow. */
static bool read_header(FILE *file, uint64_t *n, uint64_t *d, bool *wide)
{
	unsigned char start[10];
	char header[1024];
	if (fread(start, 1, sizeof(start), file) != sizeof(start) ||
	    memcmp(start, "\x93NUMPY\x01", 7) != 0)
		return false;
	size_t length = start[8] + 256u * start[9];
	if (length >= sizeof(header) || fread(header, 1, length, file) != length)
		return false;
	header[length] = '\0';
	*wide = strstr(header, "'<f8'");
	const char *shape = strstr(header, "'shape': (");
	return (*wide || strstr(header, "'<f4'")) && strstr(header, "'fortran_order': False") &&
	       shape && sscanf(shape + 10, "%lu, %lu)", n, d) == 2;
}

static void read_file(struct data *data, const struct settings *settings)
{
	uint64_t n, d;
	bool wide;
	FILE *file = fopen(settings->data, "rb");
	if (!file)
		die("Cannot open %s.", settings->data);
	if (!read_header(file, &n, &d, &wide) || !n || !d || n > 1u << 24 || d > 1u << 20)
		die("%s is not an .npy file (version 1) of float32 or float64 with two dimensions "
		    "in C order.",
		    settings->data);
	data->n = (uint32_t)(settings->n && settings->n < n ? settings->n : n);
	data->d = (uint32_t)d;
	const char *slash = strrchr(settings->data, '/');
	data->name = slash ? slash + 1 : settings->data;
	data->rows = allocate((uint64_t)data->n * d, sizeof(float));
	double *row = allocate(d, sizeof(*row));
	for (uint32_t i = 0; i < data->n; i++) {
		float *to = data->rows + (uint64_t)i * d;
		if (fread(wide ? (void *)row : to, wide ? 8 : 4, d, file) != d)
			die("%s ends within row %u.", settings->data, i);
		for (uint64_t c = 0; wide && c < d; c++)
			to[c] = (float)row[c];
	}
	free(row);
	fclose(file);
}

static void make_units(struct data *data)
{
	data->units = allocate((uint64_t)data->n * data->d, sizeof(float));
	data->norms = allocate(data->n, sizeof(float));
	for (uint32_t i = 0; i < data->n; i++) {
		const float *row = data->rows + (uint64_t)i * data->d;
		float *unit = data->units + (uint64_t)i * data->d;
		double sum = 0;
		for (uint32_t c = 0; c < data->d; c++)
			sum += (double)row[c] * row[c];
		double norm = sqrt(sum);
		data->norms[i] = (float)norm;
		for (uint32_t c = 0; norm > 0 && c < data->d; c++)
			unit[c] = (float)(row[c] / norm);
	}
}

struct data data_open(const struct settings *settings)
{
	struct data data = {
		.name = settings->data, .n = (uint32_t)settings->n, .d = (uint32_t)settings->d};
	bool clustered = !strcmp(settings->data, "clustered");
	if (clustered || !strcmp(settings->data, "random")) {
		if (!data.n || !data.d)
			die("--n and --d take at least 1.");
		data.rows = allocate((uint64_t)data.n * data.d, sizeof(float));
		if (clustered)
			fill_clustered(&data);
		else
			fill_random(&data);
	} else {
		read_file(&data, settings);
	}
	make_units(&data);
	return data;
}

void data_write(const struct data *data, uint32_t count, const char *path)
{
	char header[129] = "\x93NUMPY\x01";
	header[8] = 118; /* bytes that follow */
	int length = snprintf(header + 10, 119,
	                      "{'descr': '<f4', 'fortran_order': False, 'shape': (%u, %u), }", count,
	                      data->d);
	memset(header + 10 + length, ' ', (size_t)(117 - length));
	header[127] = '\n';
	uint64_t numbers = (uint64_t)count * data->d;
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(header, 1, 128, file) != 128 ||
	    fwrite(data->rows, sizeof(float), numbers, file) != numbers || fclose(file) != 0)
		die("Cannot write %s.", path);
}

void data_close(struct data *data)
{
	free(data->rows);
	free(data->units);
	free(data->norms);
	*data = (struct data){0};
}
