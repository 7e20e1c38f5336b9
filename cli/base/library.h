/* SPDX-License-Identifier: MIT
 *
 * What the library says, in words for the program's users.
 */
#ifndef CLI_LIBRARY_H
#define CLI_LIBRARY_H

#include "vulkan_compute.h"

/* The sentence of the last failure, as vkc_last_error() has it, but without the name of a C
 * function that it may begin with. */
const char *library_failure(const VkComputeContext *context);

#endif
