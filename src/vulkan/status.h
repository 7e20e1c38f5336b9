/* SPDX-License-Identifier: MIT
 *
 * Converting Vulkan's results to VkcResult and an error message. */
#ifndef VKC_STATUS_H
#define VKC_STATUS_H

#include "vulkan/loader.h"

/* `call` begins with the name of the function, which the message quotes. */
VkcResult status_check(struct error *error, VkResult status, const char *call);

/* "VK_ERROR_DEVICE_LOST" and the like; never NULL. */
const char *vulkan_result_name(VkResult result);

#endif
