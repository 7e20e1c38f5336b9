/* SPDX-License-Identifier: MIT */
#include "layer_client.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

const struct vkc_test_layer_api *layer_open(void)
{
	/* Opened here first and never closed, so that its state outlives the Vulkan instances. */
	void *library = dlopen(VKC_TEST_LAYER, RTLD_NOW | RTLD_LOCAL);
	const struct vkc_test_layer_api *(*get)(void) = NULL;

	if (library)
		*(void **)&get = dlsym(library, "vkc_test_layer_api");
	if (!get) {
		fprintf(stderr, "The test layer cannot be opened: %s.\n", dlerror());
		exit(1);
	}
	return get();
}

void layer_check_clean(const struct vkc_test_layer_api *layer, const char *when)
{
	char text[512];

	if (layer->live_objects(text, sizeof(text)))
		fail_msg("%s: left over: %s", when, text);
	if (layer->violations())
		fail_msg("%s: %s", when, layer->first_violation());
}
