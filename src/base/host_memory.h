/* SPDX-License-Identifier: MIT
 *
 * How much memory the host has free for this process. */
#ifndef VKC_HOST_MEMORY_H
#define VKC_HOST_MEMORY_H

#include <stdint.h>

/* Bytes that this process can still take without swapping, and without reaching the limit of any
 * control group that it is in, version 1 or 2. UINT64_MAX where the system says nothing.
 * root: the folder that holds proc/ and sys/, "" for the running system's. */
uint64_t host_memory_free(const char *root);

#endif
