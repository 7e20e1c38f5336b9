/* SPDX-License-Identifier: MIT
 *
 * A job that takes minutes, to be interrupted. Prints "started" when the work begins. Before that
 * it checks that the library has not changed any signal handling.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "vulkan_compute.h"

enum {
	N = 6000,
	D = 256,
	SIGNALS = 32
};

static void note_handlers(void (*handlers[SIGNALS])(int))
{
	for (int number = 1; number < SIGNALS; number++) {
		struct sigaction action;

		handlers[number] = sigaction(number, NULL, &action) == 0 ? action.sa_handler : SIG_DFL;
	}
}

int main(void)
{
	void (*before[SIGNALS])(int), (*after[SIGNALS])(int);
	VkComputeContext *ctx;
	float *rows = malloc(sizeof(float) * N * D);
	uint32_t *starts = malloc(sizeof(uint32_t) * N);
	uint32_t *walks = malloc(sizeof(uint32_t) * N * N);

	if (!rows || !starts || !walks)
		return 1;
	for (uint32_t i = 0; i < N * D; i++)
		rows[i] = (float)(i * 2654435761u % 1000) - 500;
	for (uint32_t i = 0; i < N; i++)
		starts[i] = i;
	note_handlers(before);
	ctx = vkc_init();
	if (!ctx || vkc_upload_embeddings(ctx, rows, N, D)) {
		fprintf(stderr, "%s\n", vkc_last_error(ctx));
		return 1;
	}
	note_handlers(after);
	for (int number = 1; number < SIGNALS; number++)
		if (before[number] != after[number]) {
			fprintf(stderr, "The handling of signal %d was changed.\n", number);
			return 1;
		}
	puts("started");
	fflush(stdout);
	if (vkc_compute_diversity_sequences(ctx, starts, N, 1, N, walks))
		fprintf(stderr, "%s\n", vkc_last_error(ctx));
	puts("ended");
	return 0;
}
