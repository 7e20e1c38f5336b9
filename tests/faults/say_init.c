/* SPDX-License-Identifier: MIT
 *
 * Prints how the library starts on this machine: the result of listing the devices, the result of
 * vkc_init(), and its message. Exits with 0 in any case; only a crash gives another status.
 */
#include <stdio.h>

#include "vulkan_compute.h"

int main(void)
{
	uint32_t count = 0;
	VkcResult listed = vkc_list_devices(&count, NULL);
	VkComputeContext *ctx = NULL;
	VkcResult result = vkc_init_with_options(NULL, &ctx);

	printf("%s %s %s\n", vkc_result_string(listed), vkc_result_string(result),
	       ctx ? "-" : vkc_last_error(NULL));
	vkc_destroy(ctx);
	return 0;
}
