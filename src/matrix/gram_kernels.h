/* SPDX-License-Identifier: MIT
 *
 * The kernels that compute parts of the Gram matrix. A table lists what each one needs and which
 * devices it suits. The device, the rows and the tuning decide which one runs. */
#ifndef VKC_GRAM_KERNELS_H
#define VKC_GRAM_KERNELS_H

#include "engine/engine.h"
#include "vulkan/kernel.h"

/* What a kernel computes. Each variant is a shader of its own. */
enum gram_variant {
	GRAM_MIRRORED,   /* tiles of the upper triangle, written to both halves */
	GRAM_PLAIN,      /* tiles of any rectangle */
	GRAM_LISTED,     /* rows of a list, many at a time */
	GRAM_LISTED_FEW, /* the remaining rows of the list */
	GRAM_VARIANTS
};

struct gram_kernel {
	const char *name;   /* the value of gram=… in VKC_TUNING */
	const char *shader; /* prefix of its shader names */
	/* suffix of each shader name; NULL if there is no such variant */
	const char *variants[GRAM_VARIANTS];

	uint32_t rows;    /* rows of a tile, which one workgroup computes; a divisor of TILE */
	uint32_t columns; /* columns of a tile: TILE; columns per invocation if `invocations` is 0 */
	/* Shorter lists go to GRAM_LISTED_FEW. */
	uint32_t min_rows;

	/* Requirements: */
	uint32_t max_quads;    /* maximum number of quads per row */
	unsigned needs;        /* NEEDS_… flags */
	uint32_t subgroup;     /* invocations per subgroup; 0 = any number */
	uint32_t invocations;  /* invocations per workgroup; 0 = the profile decides */
	uint32_t shared_bytes; /* shared memory per workgroup */
	/* completes "the device …" if it cannot run there; NULL if every device runs it */
	const char *limitation;

	unsigned suits; /* SUITS_… flags: the devices on which it is chosen by default */
};

#define GRAM_MAX_KERNELS 8

struct gram_kernels {
	struct engine *engine;
	struct kernel created[GRAM_MAX_KERNELS][GRAM_VARIANTS];
};

/* Fails if the tuning names an unknown kernel or one that the device cannot run. Kernels are
 * created when first needed. */
VkcResult gram_kernels_open(struct gram_kernels *kernels, struct engine *engine);
void gram_kernels_close(struct gram_kernels *kernels);

/* Chooses the kernel for rows of `quads` quads; never NULL. GRAM_MIRRORED and GRAM_PLAIN get the
 * same kernel. */
const struct gram_kernel *gram_kernels_choose(const struct gram_kernels *kernels,
                                              enum gram_variant variant, uint32_t quads);

/* Columns that one workgroup computes. */
uint32_t gram_kernels_columns(const struct gram_kernels *kernels,
                              const struct gram_kernel *kernel);

/* Gets a variant of `kernel`, created on first use, with push constants of push_bytes bytes. */
VkcResult gram_kernels_get(struct gram_kernels *kernels, const struct gram_kernel *kernel,
                           enum gram_variant variant, uint32_t push_bytes,
                           const struct kernel **created);

#endif
