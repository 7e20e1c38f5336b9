/* SPDX-License-Identifier: MIT
 *
 * Measures the cost of a step of one walk for growing sets whose matrix fits into memory, and
 * fits a straight line. The cost does not depend on the dimension; a small one keeps the
 * computation of the matrices short. */
#include <math.h>
#include <stdlib.h>

#include "report.h"

#define SIZES 8

/* Fits y = intercept + slope x by least squares. Returns R². */
static double fit(const double *x, const double *y, int count, double *slope, double *intercept)
{
	double mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;
	for (int i = 0; i < count; i++) {
		mean_x += x[i] / count;
		mean_y += y[i] / count;
	}
	for (int i = 0; i < count; i++) {
		xx += (x[i] - mean_x) * (x[i] - mean_x);
		xy += (x[i] - mean_x) * (y[i] - mean_y);
		yy += (y[i] - mean_y) * (y[i] - mean_y);
	}
	*slope = xy / xx;
	*intercept = mean_y - *slope * mean_x;
	return xy * xy / (xx * yy);
}

int main(int argc, char **argv)
{
	struct settings settings = {.data = "clustered", .n = 16000, .d = 64, .rounds = 5};
	settings_read(&settings, argc, argv, "data n d rounds threads csv tuning",
	              "Measures the cost of a step of one walk for sets of up to n items, and fits a\n"
	              "straight line.");
	struct data data = data_open(&settings);
	if (data.n < 64)
		die("--n takes at least 64.");
	uint32_t *sequence = allocate(data.n, sizeof(*sequence));
	VkComputeContext *contexts[SIZES];
	uint32_t sizes[SIZES];
	struct times times[SIZES] = {0};
	/* Contexts for all sizes exist together, so that a round measures all in the same
	 * conditions. */
	for (int i = 0; i < SIZES; i++) {
		sizes[i] = (uint32_t)((uint64_t)data.n * (uint32_t)(i + 1) / SIZES);
		contexts[i] = context_new(&settings);
		check_ok(contexts[i], vkc_upload_embeddings(contexts[i], data.rows, sizes[i], data.d));
		check_ok(contexts[i], vkc_compute_diversity_sequence(contexts[i], 0, sequence));
		if (context_info(contexts[i]).memory_used < (uint64_t)sizes[i] * sizes[i] * 4)
			die("The matrix of %u items does not fit into device memory: reduce --n.", sizes[i]);
	}
	for (uint64_t r = 0; r < settings.rounds; r++) {
		for (int i = 0; i < SIZES; i++) {
			double begin = seconds_now();
			check_ok(contexts[i], vkc_compute_diversity_sequence(contexts[i], 0, sequence));
			times_add(&times[i], (seconds_now() - begin) / (sizes[i] - 1));
		}
	}

	double x[SIZES], y[SIZES], slope, intercept;
	for (int i = 0; i < SIZES; i++) {
		x[i] = sizes[i];
		y[i] = times_median(&times[i]) * 1e6;
	}
	double r_squared = fit(x, y, SIZES, &slope, &intercept);
	report_begin("items runs seconds us_per_step fitted_us r_squared ns_per_item us_fixed times",
	             &settings, contexts[0], &data);
	for (int i = 0; i < SIZES; i++) {
		report_row();
		report_times(&times[i]);
		report_set("items", "%u", sizes[i]);
		report_set("seconds", "%.5g", y[i] * 1e-6 * (sizes[i] - 1));
		report_set("us_per_step", "%.4g", y[i]);
		report_set("fitted_us", "%.4g", intercept + slope * x[i]);
		report_set("r_squared", "%.5f", r_squared);
		report_set("ns_per_item", "%.4g", slope * 1e3);
		report_set("us_fixed", "%.4g", intercept);
	}
	report_end();
	for (int i = 0; i < SIZES; i++)
		vkc_destroy(contexts[i]);
	free(sequence);
	data_close(&data);
	return 0;
}
