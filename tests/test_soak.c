/* SPDX-License-Identifier: MIT
 *
 * A thousand lives of a context: the memory of the process does not grow.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ROUNDS = 1000,
	WARM_UP = 300,
	/* Drivers take a few MiB for their threads during the first rounds, and some
	 * hundred bytes in each; a leak of one page a round would be 2.7 MiB. */
	TOLERANCE_KIB = 2048
};

static long resident_kib(void)
{
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
	/* Drivers take their time to compile what these need. */
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
	long after;

	(void)state;
#ifdef VKC_SANITIZED
	print_message("Skipped: a sanitizer keeps freed memory.\n");
	data_free(&data);
	skip();
#endif
	if (resident_kib() < 0) {
		print_message("Skipped: /proc/self/status does not say VmRSS.\n");
		data_free(&data);
		skip();
	}
	for (int round = 0; round < ROUNDS; round++) {
		if (round == WARM_UP)
			before = resident_kib();
		live_once(&data, round);
	}
	after = resident_kib();
	print_message("Resident: %ld KiB after %d rounds, %ld KiB after %d.\n", before, WARM_UP,
	              after, ROUNDS);
	data_free(&data);
	if (after - before > TOLERANCE_KIB)
		fail_msg("%d rounds took %ld KiB that did not come back.", ROUNDS - WARM_UP,
		         after - before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
