/* SPDX-License-Identifier: MIT
 *
 * A thousand contexts, one after another: the memory of the process does not grow.
 */
#include "support.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

enum {
	ROUNDS = 1000,
	WINDOW = 200,
	/* Drivers allocate a few MiB for their threads during the first rounds, some hundred bytes in
	 * each round, and occasionally more. A leak grows in every window. */
	TOLERANCE_KIB = WINDOW
};

static long resident_kib(void)
{
	/* Returns free memory to the system first. */
	(void)malloc_trim(0);
	FILE *file = fopen("/proc/self/status", "r");
	char line[200];
	long kib = -1;

	if (!file)
		return -1;
	while (kib < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmRSS: %ld", &kib) != 1)
			kib = -1;
	fclose(file);
	return kib;
}

static void live_once(const Data *data, int round)
{
	VkComputeContext *ctx = context_new(NULL, 0);
	float matrix[20 * 20];
	float similarities[20 * 3];
	uint32_t indices[20 * 3];
	uint32_t sequence[20];

	context_upload(ctx, data);
	succeed(ctx, vkc_compute_similarity_matrix(ctx, matrix));
	/* Drivers are slow to compile what these need. */
	if (round % 10 == 0) {
		succeed(ctx, vkc_compute_diversity_sequence(ctx, 5, sequence));
		succeed(ctx,
		        vkc_compute_nearest_neighbors(ctx, 0, 20, 3, indices, similarities));
	}
	vkc_destroy(ctx);
}

static void test_memory_does_not_grow(void **state)
{
	Data data = data_make(DATA_RANDOM, 20, 8, 1);
	long before = 0;
	long least = LONG_MAX;

	(void)state;
#ifdef VKC_SANITIZED
	print_message("Skipped: a sanitizer keeps freed memory.\n");
	data_free(&data);
	skip();
#endif
	if (resident_kib() < 0) {
		print_message("Skipped: /proc/self/status does not contain VmRSS.\n");
		data_free(&data);
		skip();
	}
	/* Huge pages would change the size by 2 MiB at a time. */
	(void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	for (int round = 0; round < ROUNDS; round++) {
		if (round % WINDOW == 0)
			before = resident_kib();
		live_once(&data, round);
		if ((round + 1) % WINDOW)
			continue;
		long grown = resident_kib() - before;
		print_message("The window up to round %d grew by %ld KiB.\n", round + 1, grown);
		if (grown < least)
			least = grown;
	}
	data_free(&data);
	if (least > TOLERANCE_KIB)
		fail_msg("Every window of %d rounds leaked at least %ld KiB.", WINDOW, least);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
