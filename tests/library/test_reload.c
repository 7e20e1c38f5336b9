/* SPDX-License-Identifier: MIT
 *
 * The library loaded at run time, unloaded, and loaded again, as a plug-in or a script does. This
 * program is not linked with the library.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vulkan_compute.h"

enum {
	N = 24,
	D = 3,
	ROUNDS = 5
};

/* ISO C does not define a conversion from an object pointer to a function pointer. */
#define FIND(library, function) \
	do { \
		void *symbol = dlsym((library), #function); \
\
		assert_non_null(symbol); \
		memcpy(&function##_, &symbol, sizeof(symbol)); \
	} while (0)

static void run_once(uint32_t *sequence)
{
	void *library = dlopen(VKC_LIBRARY_FILE, RTLD_NOW | RTLD_LOCAL);
	VkComputeContext *(*vkc_init_)(void);
	void (*vkc_destroy_)(VkComputeContext *);
	const char *(*vkc_last_error_)(const VkComputeContext *);
	VkcResult (*vkc_upload_embeddings_)(VkComputeContext *, const float *, uint32_t, uint32_t);
	VkcResult (*vkc_compute_diversity_sequence_)(VkComputeContext *, uint32_t, uint32_t *);
	VkComputeContext *ctx;
	float rows[N * D];

	if (!library)
		fail_msg("%s", dlerror());
	FIND(library, vkc_init);
	FIND(library, vkc_destroy);
	FIND(library, vkc_last_error);
	FIND(library, vkc_upload_embeddings);
	FIND(library, vkc_compute_diversity_sequence);
	for (int at = 0; at < N * D; at++)
		rows[at] = (float)(at * at % 71) - 30;
	ctx = vkc_init_();
	if (!ctx)
		fail_msg("%s", vkc_last_error_(NULL));
	assert_int_equal(vkc_upload_embeddings_(ctx, rows, N, D), VKC_SUCCESS);
	assert_int_equal(vkc_compute_diversity_sequence_(ctx, 2, sequence), VKC_SUCCESS);
	vkc_destroy_(ctx);
	assert_int_equal(dlclose(library), 0);
#ifndef VKC_SANITIZED
	/* The library is unloaded, so that the next round starts afresh. */
	assert_null(dlopen(VKC_LIBRARY_FILE, RTLD_NOW | RTLD_NOLOAD));
#endif
}

static void test_reload(void **state)
{
	uint32_t first[N];
	uint32_t again[N];

	(void)state;
	run_once(first);
	for (int round = 1; round < ROUNDS; round++) {
		memset(again, 0xee, sizeof(again));
		run_once(again);
		assert_memory_equal(again, first, sizeof(first));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
