/* SPDX-License-Identifier: MIT
 *
 * What a Vulkan function answers, as a result and a sentence. */
#ifndef VKC_STATUS_H
#define VKC_STATUS_H

#include "vulkan/loader.h"

/* `call` begins with the function's name, which the sentence quotes. */
VkcResult status_check(struct error *error, VkResult status, const char *call);

/* "VK_ERROR_DEVICE_LOST" and the like; never NULL. */
const char *vulkan_result_name(VkResult result);

#endif
