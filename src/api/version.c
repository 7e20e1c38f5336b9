/* SPDX-License-Identifier: MIT
 *
 * Version numbers. */
#include "vulkan_compute.h"

uint32_t vkc_version(void)
{
	return VKC_VERSION;
}

uint32_t vkc_result_version(void)
{
	return 2;
}
