/* SPDX-License-Identifier: MIT
 *
 * Free host memory, as seen by this process. */
#ifndef VKC_HOST_MEMORY_H
#define VKC_HOST_MEMORY_H

#include <stdint.h>

/* Bytes that this process can still allocate without swapping and without reaching the limit of any
 * of its control groups (version 1 or 2). UINT64_MAX if unknown. root: the folder that contains
 * proc/ and sys/; "" for the running system. */
uint64_t host_memory_free(const char *root);

#endif
