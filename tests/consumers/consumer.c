/* SPDX-License-Identifier: MIT
 *
 * What a third-party program does with an installed copy: initialise, upload, compute, check.
 */
#include <vulkan_compute.h>

#include <stdio.h>

int main(void)
{
	const float rows[] = {1, 0, 0, 1, 1, 1};
	uint32_t sequence[3];
	float matrix[9];

	if (vkc_version() != VKC_VERSION) {
		fprintf(stderr, "The library has version %u, its header %d.\n",
		        vkc_version(), VKC_VERSION);
		return 1;
	}
	VkComputeContext *ctx = vkc_init();
	if (!ctx) {
		fprintf(stderr, "%s\n", vkc_last_error(NULL));
		return 1;
	}
	if (vkc_upload_embeddings(ctx, rows, 3, 2) != VKC_SUCCESS ||
	    vkc_compute_diversity_sequence(ctx, 0, sequence) != VKC_SUCCESS ||
	    vkc_compute_similarity_matrix(ctx, matrix) != VKC_SUCCESS) {
		fprintf(stderr, "%s\n", vkc_last_error(ctx));
		vkc_destroy(ctx);
		return 1;
	}
	vkc_destroy(ctx);
	/* Row 1 is orthogonal to row 0; row 2 lies between them. */
	if (sequence[0] != 0 || sequence[1] != 1 || sequence[2] != 2 ||
	    matrix[0] != 1.0f || matrix[1] != 0.0f) {
		fprintf(stderr, "The results are wrong: %u %u %u, %g %g.\n",
		        sequence[0], sequence[1], sequence[2],
		        matrix[0], matrix[1]);
		return 1;
	}
	return 0;
}
