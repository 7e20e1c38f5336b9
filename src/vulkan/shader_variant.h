/* SPDX-License-Identifier: MIT
 *
 * Which of the embedded kernels a device gets. */
#ifndef VKC_SHADER_VARIANT_H
#define VKC_SHADER_VARIANT_H

#include <stdio.h>

#include "vulkan/kernel.h"

/* Finds the embedded module of that name (a printf format) for source->words. */
VkcResult variant_find(struct device *device, struct kernel_source *source, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));

/* The parts of a name that follow from the device. */
const char *variant_integers(const struct device *device);
const char *variant_loads(const struct device *device);
const char *variant_reduction(const struct device *device);

#endif
