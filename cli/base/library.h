/* SPDX-License-Identifier: MIT
 *
 * Error messages of the library, adapted for the program's users.
 */
#ifndef CLI_LIBRARY_H
#define CLI_LIBRARY_H

#include "vulkan_compute.h"

/* Returns the message of vkc_last_error() without a leading name of a C function. */
const char *library_failure(const VkComputeContext *context);

#endif
