/* SPDX-License-Identifier: MIT
 *
 * Choosing among the embedded shader variants for a device. */
#ifndef VKC_SHADER_VARIANT_H
#define VKC_SHADER_VARIANT_H

#include <stdio.h>

#include "vulkan/kernel.h"

/* Finds the embedded module with the given name (a printf format) and sets source->words. */
VkcResult variant_find(struct device *device, struct kernel_source *source, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));

/* The parts of a shader name that depend on the device. */
const char *variant_integers(const struct device *device);
const char *variant_loads(const struct device *device);
const char *variant_reduction(const struct device *device);

#endif
