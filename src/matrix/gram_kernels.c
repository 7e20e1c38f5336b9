/* SPDX-License-Identifier: MIT */
#include "matrix/gram_kernels.h"

#include <string.h>

#include "interface/gram.h"
#include "interface/row_cache.h"
#include "vulkan/shader_variant.h"

/* Flags of gram_kernel.needs: */
enum {
	NEEDS_INT64 = 1 << 0,
	NEEDS_INT8_MATRICES = 1 << 1,
	NEEDS_STORAGE_LOADS = 1 << 2, /* it has no variant with texel loads */
};

/* Flags of gram_kernel.suits: */
enum {
	SUITS_CPU = 1 << 0,         /* CPU drivers only */
	SUITS_TEXEL_LOADS = 1 << 1, /* devices with texel loads only */
};

/* Vulkan guarantees at least this much per workgroup. */
#define GUARANTEED_INVOCATIONS 128
#define GUARANTEED_SHARED_BYTES 16384

/* The first kernel that can run and suits the device is chosen. The last one of each variant runs
 * on every device. */
static const struct gram_kernel table[] = {
	/* 8-bit slices on matrix units: the fastest on GPUs that have them. */
	{
		.name = "matrix_units",
		.shader = "gram_matrix_units",
		.variants = {[GRAM_MIRRORED] = "mirror", [GRAM_PLAIN] = "plain"},
		.rows = TILE,
		.columns = TILE,
		.max_quads = GRAM_MATRIX_UNITS_MAX_QUADS,
		.needs = NEEDS_INT64 | NEEDS_INT8_MATRICES | NEEDS_STORAGE_LOADS,
		.subgroup = GRAM_MATRIX_UNITS_SUBGROUP,
		.invocations = GRAM_MATRIX_UNITS_INVOCATIONS,
		.shared_bytes = GRAM_MATRIX_UNITS_SHARED_BYTES,
		.limitation = "does not support 8-bit integer matrix multiplication "
					  "(VK_NV_cooperative_matrix, 16 x 16 x 32)",
	},
	/* A large tile per invocation and no barriers: for CPU drivers, whose barriers are slow. Its
	 * many loads are cheap only as texel loads, and it takes long to compile. */
	{
		.name = "registers",
		.shader = "gram_registers",
		.variants = {[GRAM_MIRRORED] = "mirror", [GRAM_PLAIN] = "plain"},
		.rows = GRAM_REGISTERS_ROWS,
		.columns = TILE,
		.max_quads = UINT32_MAX,
		.invocations = 8,
		.suits = SUITS_CPU | SUITS_TEXEL_LOADS,
	},
	/* The same for listed rows. On lavapipe, 16 rows take as long as 3 times 4 rows. */
	{
		.name = "registers",
		.shader = "gram_listed",
		.variants = {[GRAM_LISTED] = "16"},
		.rows = 16,
		.columns = LISTED_COLUMNS,
		.min_rows = 13,
		.max_quads = UINT32_MAX,
		.suits = SUITS_CPU,
	},
	/* A tile in shared memory: for GPUs. On an H100, 64 listed rows take as long as twice 4
	 * rows. */
	{
		.name = "shared",
		.shader = "gram_shared",
		.variants = {[GRAM_MIRRORED] = "mirror", [GRAM_PLAIN] = "plain", [GRAM_LISTED] = "listed"},
		.rows = TILE,
		.columns = TILE,
		.min_rows = 9,
		.max_quads = UINT32_MAX,
		.invocations = GUARANTEED_INVOCATIONS,
		.shared_bytes = GUARANTEED_SHARED_BYTES,
	},
	/* Four rows at a time: for short lists on any device. */
	{
		.name = "registers",
		.shader = "gram_listed",
		.variants = {[GRAM_LISTED_FEW] = "4"},
		.rows = 4,
		.columns = LISTED_COLUMNS,
		.max_quads = UINT32_MAX,
	},
};
#define NUM_KERNELS (sizeof(table) / sizeof(table[0]))

_Static_assert(NUM_KERNELS <= GRAM_MAX_KERNELS, "struct gram_kernels has room for the table");

/* ---- Choice --------------------------------------------------------------------- */

static bool can_run(const struct device *device, const struct gram_kernel *kernel)
{
	const struct limits *limits = &device->limits;
	if ((kernel->needs & NEEDS_INT64) && !limits->int64)
		return false;
	if ((kernel->needs & NEEDS_INT8_MATRICES) && !device->features.int8_matrices)
		return false;
	if ((kernel->needs & NEEDS_STORAGE_LOADS) && limits->texel_elements)
		return false;
	if (kernel->subgroup && kernel->subgroup != device->features.subgroup_size)
		return false;
	return (kernel->invocations <= GUARANTEED_INVOCATIONS ||
	        kernel->invocations <= limits->group_invocations) &&
	       (kernel->shared_bytes <= GUARANTEED_SHARED_BYTES ||
	        kernel->shared_bytes <= limits->shared_bytes);
}

static bool suits(const struct device *device, const struct gram_kernel *kernel)
{
	return (!(kernel->suits & SUITS_CPU) || device->limits.cpu) &&
	       (!(kernel->suits & SUITS_TEXEL_LOADS) || device->limits.texel_elements);
}

const struct gram_kernel *gram_kernels_choose(const struct gram_kernels *kernels,
                                              enum gram_variant variant, uint32_t quads)
{
	const struct device *device = &kernels->engine->device;
	const struct gram_kernel *chosen = NULL;
	for (size_t i = 0; i < NUM_KERNELS; i++) {
		const struct gram_kernel *kernel = &table[i];
		if (!kernel->variants[variant] || quads > kernel->max_quads || !can_run(device, kernel))
			continue;
		if (!strcmp(kernel->name, device->tuning.gram))
			return kernel;
		if (!chosen && suits(device, kernel))
			chosen = kernel;
	}
	return chosen;
}

static VkcResult check_tuning(const struct device *device)
{
	const char *requested = device->tuning.gram;
	const struct gram_kernel *found = NULL;
	if (!*requested)
		return VKC_SUCCESS;
	for (size_t i = 0; i < NUM_KERNELS; i++) {
		if (strcmp(table[i].name, requested) != 0)
			continue;
		if (can_run(device, &table[i]))
			return VKC_SUCCESS;
		found = &table[i];
	}
	if (found)
		return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
		                 "The tuning string (VKC_TUNING) requests gram=%s, but the device, with "
		                 "this tuning, %s: remove that entry.",
		                 requested,
		                 found->limitation ? found->limitation : "does not support it");
	return error_set(device->error, VKC_ERROR_INVALID_ARGUMENT,
	                 "The tuning string (VKC_TUNING) has 'gram=%s', which is not a known key with "
	                 "a valid value: see docs/architecture.md.",
	                 requested);
}

/* ---- Pipelines ------------------------------------------------------------------ */

VkcResult gram_kernels_open(struct gram_kernels *kernels, struct engine *engine)
{
	*kernels = (struct gram_kernels){.engine = engine};
	return check_tuning(&engine->device);
}

void gram_kernels_close(struct gram_kernels *kernels)
{
	for (size_t i = 0; i < NUM_KERNELS; i++)
		for (int variant = 0; variant < GRAM_VARIANTS; variant++)
			kernel_destroy(&kernels->engine->device, &kernels->created[i][variant]);
}

uint32_t gram_kernels_columns(const struct gram_kernels *kernels,
                              const struct gram_kernel *kernel)
{
	return kernel->invocations ? kernel->columns
	                           : kernel->columns * kernels->engine->profile.scan_group;
}

VkcResult gram_kernels_get(struct gram_kernels *kernels, const struct gram_kernel *kernel,
                           enum gram_variant variant, uint32_t push_bytes,
                           const struct kernel **created)
{
	VkcResult result = VKC_SUCCESS;
	struct device *device = &kernels->engine->device;
	struct kernel *here = &kernels->created[kernel - table][variant];
	*created = here;
	if (here->pipeline)
		return VKC_SUCCESS;
	struct kernel_source source = {
		.push_bytes = push_bytes,
		.constants = {kernels->engine->profile.scan_group},
		.num_constants = kernel->invocations == 0,
	};
	/* The rows of both operands, the result, and for some variants the mirrored result or the
	 * list. */
	snprintf(source.bindings, sizeof(source.bindings), "%s%s",
	         device->limits.texel_elements ? "tt" : "ss", variant == GRAM_PLAIN ? "s" : "ss");
	TRY(variant_find(device, &source, "%s_%s_%s_%s", kernel->shader, variant_integers(device),
	                 variant_loads(device), kernel->variants[variant]));
	TRY(kernel_create(device, &source, here));
error:
	return result;
}
