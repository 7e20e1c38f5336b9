/* SPDX-License-Identifier: MIT
 *
 * Says how the library starts here: the result of listing the devices, that of vkc_init(), and
 * its sentence. Ends with 0 whatever it was; only a crash gives another status.
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
