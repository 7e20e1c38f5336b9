/* SPDX-License-Identifier: MIT
 *
 * The kernels that compute parts of the Gram matrix: what each of them is good for and needs
 * is a row of a table; the device, the rows and the tuning choose among them. */
#ifndef VKC_GRAM_KERNELS_H
#define VKC_GRAM_KERNELS_H

#include "engine/engine.h"
#include "vulkan/kernel.h"

/* What a kernel computes; each is a shader of its own. */
enum gram_variant {
	GRAM_MIRRORED,   /* tiles of the upper triangle, both halves written */
	GRAM_PLAIN,      /* tiles of any rectangle */
	GRAM_LISTED,     /* rows of a list, many at a time */
	GRAM_LISTED_FEW, /* the rest of the list */
	GRAM_VARIANTS
};

struct gram_kernel {
	const char *name;                    /* as VKC_TUNING gram=… takes it */
	const char *shader;                  /* what the names of its shaders begin with, */
	const char *variants[GRAM_VARIANTS]; /* and end with; NULL where there is no such one */

	uint32_t rows;    /* of a tile, which a workgroup computes; they divide TILE */
	uint32_t columns; /* of a tile: TILE; or of an invocation where `invocations` is 0 */
	/* A list of fewer rows goes to GRAM_LISTED_FEW. */
	uint32_t min_rows;

	/* It cannot run without: */
	uint32_t max_quads;     /* quadruples of a row */
	unsigned needs;         /* features, see the table */
	uint32_t subgroup;      /* invocations of a subgroup; 0 = any number */
	uint32_t invocations;   /* of a workgroup; 0 = as many as suit the device */
	uint32_t shared_bytes;  /* of a workgroup */
	const char *limitation; /* says so of a device: "the device …"; NULL where all can run it */

	unsigned suits; /* devices that it is taken on unasked, see the table */
};

#define GRAM_MAX_KERNELS 8

struct gram_kernels {
	struct engine *engine;
	struct kernel created[GRAM_MAX_KERNELS][GRAM_VARIANTS];
};

/* Fails where the tuning asks for a kernel that there is not, or that the device cannot run.
 * Kernels are made when first needed. */
VkcResult gram_kernels_open(struct gram_kernels *kernels, struct engine *engine);
void gram_kernels_close(struct gram_kernels *kernels);

/* The kernel to use for rows of so many quadruples; never NULL. It is the same one for
 * GRAM_MIRRORED and GRAM_PLAIN. */
const struct gram_kernel *gram_kernels_choose(const struct gram_kernels *kernels,
                                              enum gram_variant variant, uint32_t quads);

/* Columns that a workgroup computes. */
uint32_t gram_kernels_columns(const struct gram_kernels *kernels,
                              const struct gram_kernel *kernel);

/* A variant that `kernel` has, with push constants of that size. */
VkcResult gram_kernels_get(struct gram_kernels *kernels, const struct gram_kernel *kernel,
                           enum gram_variant variant, uint32_t push_bytes,
                           const struct kernel **created);

#endif
